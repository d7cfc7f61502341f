import { expect } from 'chai';
import type { ProbePackets } from '../../../src/lib/model/probe.js';
import { KernelError } from '../../../src/lib/netns/kernel-error.js';
import {
  drawTableName,
  hostTable,
  ownerOfTable,
  readHostCounts,
  readWarpCounts,
  warpTable,
} from '../../../src/lib/netns/probe/counting-tables.js';
import { drawSignature, signatureIs } from '../../../src/lib/netns/probe/signature.js';

const packets: ProbePackets = {
  destination: '198.18.0.9',
  family: 'ipv4',
  protocol: 'udp',
  port: 33434,
  count: 1000,
};

describe('the counters of a probe', () => {
  const around = { bridges: ['br-1', 'br-2'], warpMacs: ['02:42:0a:01:00:02', 'no address'] };

  it('look at each bridge, and not at what stays on it', () => {
    const { chains, rules } = hostTable('t', [{ marker: 1 }], around);
    expect(chains.map(({ name, base }) => [name, base?.hook, base?.prio, base?.policy])).to.deep.equal([
      ['leaving', 'forward', -400, 'accept'],
      ['left', 'forward', 400, 'accept'],
      ['entering', 'input', -400, 'accept'],
      ['entered', 'input', 400, 'accept'],
    ]);
    expect(rules).to.have.length(8);
    expect(rules[0]?.expr).to.deep.equal([
      { match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'br-1' } },
      { match: { op: '!=', left: { meta: { key: 'oifname' } }, right: 'br-1' } },
      {
        match: {
          op: '!=',
          left: { payload: { protocol: 'ether', field: 'saddr' } },
          right: { set: ['02:42:0a:01:00:02'] },
        },
      },
      { marker: 1 },
      { counter: null },
    ]);
  });

  it('never decide about a packet', () => {
    const verdicts = ['accept', 'drop', 'reject', 'queue', 'return', 'jump', 'goto', 'mangle'];
    for (const { rules } of [hostTable('t', [], around), warpTable('t', [], around)])
      for (const { expr } of rules) expect(expr.flatMap(Object.keys)).not.to.include.oneOf(verdicts);
  });

  it('take no name of a device that could be more than one', () => {
    expect(() => hostTable('t', [], { ...around, bridges: ['br*'] })).to.throw(KernelError);
  });

  it('are known by whose they are', () => {
    const name = drawTableName(4711);
    expect(ownerOfTable(name)).to.equal(4711);
    expect(drawTableName(4711)).not.to.equal(name);
    for (const other of ['fairlead', 'fairlead_probe_', 'fairlead_probe_1_xyz', `${name}0`, `x${name}`])
      expect(ownerOfTable(other)).to.equal(undefined);
  });

  it('tell what was dropped on the way by what came in and not out', () => {
    const counted = new Map(Object.entries({ leaving: 10, left: 4, entering: 3, entered: 3 }));
    expect(readHostCounts(counted)).to.deep.equal({ past: 7, heldBack: 6 });
    expect(readHostCounts(new Map())).to.deep.equal({ past: 0, heldBack: 0 });
    expect(readWarpCounts(new Map([['reached', 5]]))).to.deep.equal({ reached: 5, sentOn: 0 });
  });
});

describe('the signature of a probe', () => {
  it('is another one each time, and no shorter than it is matched', () => {
    const [one, two] = [drawSignature(packets), drawSignature(packets)];
    expect(one).not.to.deep.equal(two);
    expect(one)
      .to.have.property('marker')
      .that.matches(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(signatureIs(one, packets))).to.include('"offset":64,"len":128');
  });

  it('has room for ports in use, outside of those that the kernel gives away', () => {
    for (let i = 0; i < 200; i++) {
      const signature = drawSignature({ ...packets, protocol: 'tcp' });
      if (signature.protocol !== 'tcp') throw new Error('not tcp');
      expect(signature.lastPort - signature.firstPort).to.equal(1999);
      expect(signature.firstPort).to.be.at.least(15_000);
      expect(signature.lastPort).to.be.below(32_768);
    }
  });
});
