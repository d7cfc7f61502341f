import { expect } from 'chai';
import { KernelError } from '../../../src/lib/netns/kernel-error.js';
import { formatReplies, readReplies } from '../../../src/lib/netns/routing/replies.js';

const table = 'fairlead-replies';

function listed({ rules = 5, macs = ['02:42:ac:11:00:03', '02:42:ac:11:00:02'] } = {}): string {
  const chain = (name: string): object => ({ chain: { family: 'inet', table, name, prio: -150 } });
  const rule = (name: string): object => ({ rule: { family: 'inet', table, chain: name, expr: [] } });
  return JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6' } },
      { table: { family: 'inet', name: table } },
      { set: { name: 'gateways', ...(macs.length > 0 && { elem: macs }) } },
      ...[chain('incoming'), chain('answers')],
      ...Array.from({ length: rules }, () => rule('incoming')),
      rule('answers'),
    ],
  });
}

describe('The table that marks replies', () => {
  it('is written as a whole, in place of the one before', () => {
    const script = formatReplies({ gatewayMacs: ['02:42:ac:11:00:02', '02:42:ac:11:00:03'] });
    expect(script).to.match(
      /^add table inet fairlead-replies\ndelete table inet fairlead-replies\ntable inet/,
    );
    expect(script).to.include('elements = { 02:42:ac:11:00:02, 02:42:ac:11:00:03 }');
  });

  it('may be for nobody', () => {
    expect(formatReplies({ gatewayMacs: [] })).to.not.include('elements');
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
    expect(readReplies(listed())).to.deep.equal({ gatewayMacs: ['02:42:ac:11:00:02', '02:42:ac:11:00:03'] });
    expect(readReplies(listed({ macs: [] }))).to.deep.equal({ gatewayMacs: [] });
  });

  it('is seen to be altered', () => {
    expect(readReplies(listed({ rules: 7, macs: [] }))).to.deep.equal({ gatewayMacs: [], altered: true });
    expect(readReplies('{"nftables":[]}')).to.deep.equal({ gatewayMacs: [], altered: true });
  });

  it('is not read from what is no JSON', () => {
    for (const printed of ['', 'table inet', '[]', '{}']) {
      expect(() => readReplies(printed)).to.throw(KernelError, 'cannot be read');
    }
  });
});
