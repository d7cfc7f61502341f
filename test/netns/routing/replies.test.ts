import { expect } from 'chai';
import { KernelError } from '../../../src/lib/netns/kernel-error.js';
import { readReplies, remembersSwitch } from '../../../src/lib/netns/routing/read-replies.js';
import { formatReplies } from '../../../src/lib/netns/routing/replies.js';

const table = 'fairlead-replies';

const macs = ['02:42:ac:11:00:03', '02:42:ac:11:00:02'];

/** By the chains that are there, and the number of rules in each. */
function listed(chains: Readonly<Record<string, number>>, addresses: readonly string[] = []): string {
  return JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6' } },
      { table: { family: 'inet', name: table } },
      ...(addresses.length > 0 ? [{ set: { name: 'gateways', elem: addresses } }] : []),
      ...Object.entries(chains).flatMap(([name, rules]) => [
        { chain: { family: 'inet', table, name, ...(rules > 0 && { prio: -150 }) } },
        ...Array.from({ length: rules }, () => ({ rule: { family: 'inet', table, chain: name, expr: [] } })),
      ]),
    ],
  });
}

const marking = { incoming: 5, answers: 1 };
const memory = { set_tcp_fwmark_accept: 0 };

describe('The table that marks replies', () => {
  it('is written as a whole, in place of the one before', () => {
    const script = formatReplies({ gatewayMacs: ['02:42:ac:11:00:02', '02:42:ac:11:00:03'] });
    expect(script).to.match(
      /^add table inet fairlead-replies\ndelete table inet fairlead-replies\ntable inet/,
    );
    expect(script).to.include('elements = { 02:42:ac:11:00:02, 02:42:ac:11:00:03 }');
  });

  it('marks nothing where no bridge is known, and drops redirects only where they are heeded', () => {
    const refusing = formatReplies({ gatewayMacs: [], refusesRedirects: true });
    expect(refusing).to.include('icmp type redirect drop').and.not.include('mark');
    expect(formatReplies({ gatewayMacs: ['02:42:ac:11:00:02'] })).to.not.include('redirect');
  });

  it('remembers a switch that was set', () => {
    const replies = { gatewayMacs: ['02:42:ac:11:00:02'] };
    expect(formatReplies(replies, true)).to.include('chain set_tcp_fwmark_accept {\n}\n');
    expect(formatReplies(replies)).to.not.include('set_tcp_fwmark_accept');
    expect(remembersSwitch(listed({ ...marking, ...memory }, macs))).to.equal(true);
    expect(remembersSwitch(listed(marking, macs))).to.equal(false);
  });

  it('goes whether it is there or not', () => {
    expect(formatReplies(undefined)).to.equal(
      'add table inet fairlead-replies\ndelete table inet fairlead-replies\n',
    );
  });

  for (const mac of [
    '',
    '02:42:AC:11:00:02',
    '02:42:ac:11:00:02 }\nflush ruleset\n{',
    '02:42:ac:11:00:02\n',
  ]) {
    it(`is refused for the address ${JSON.stringify(mac)}`, () => {
      expect(() => formatReplies({ gatewayMacs: [mac] })).to.throw(KernelError, 'no MAC address');
    });
  }

  it('is read with its addresses in order', () => {
    const gatewayMacs = ['02:42:ac:11:00:02', '02:42:ac:11:00:03'];
    expect(readReplies(listed(marking, macs))).to.deep.equal({ gatewayMacs });
    expect(readReplies(listed({ ...marking, ...memory }, macs))).to.deep.equal({ gatewayMacs });
    expect(readReplies(listed({ ...marking, redirects: 1 }, macs))).to.deep.equal({
      gatewayMacs,
      refusesRedirects: true,
    });
    expect(readReplies(listed({ redirects: 1 }))).to.deep.equal({ gatewayMacs: [], refusesRedirects: true });
  });

  it('is seen to be altered', () => {
    for (const chains of [
      { ...marking, incoming: 7 },
      { answers: 1 },
      { ...marking, redirects: 2 },
      { ...marking, theirs: 0 },
    ])
      expect(readReplies(listed(chains, macs)), JSON.stringify(chains)).to.include({ altered: true });
    expect(readReplies(listed(marking))).to.include({ altered: true });
  });

  it('is not read from what is no JSON', () => {
    for (const printed of ['', 'table inet', '[]', '{}']) {
      expect(() => readReplies(printed)).to.throw(KernelError, 'cannot be read');
    }
  });
});
