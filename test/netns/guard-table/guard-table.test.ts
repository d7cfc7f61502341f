import { expect } from 'chai';
import * as fc from 'fast-check';
import type { GuardState } from '../../../src/lib/model/guard.js';
import { canonicalAddress } from '../../../src/lib/net/address.js';
import { guardTable, readGuardTable } from '../../../src/lib/netns/guard-table/guard-table.js';
import { readGuard } from '../../../src/lib/netns/guard-table/read-guard.js';
import { writeGuard } from '../../../src/lib/netns/guard-table/write-guard.js';
import { KernelError } from '../../../src/lib/netns/kernel-error.js';
import type { NftTable } from '../../../src/lib/netns/nft/ruleset.js';
import type { Invocation, RunTool, ToolResult } from '../../../src/lib/netns/tools.js';

const two = [
  { bridge: 'br-1', warps: ['10.1.0.2', '10.1.0.3', 'fd00::5'] },
  { bridge: 'docker0', warps: [] },
];

function answering(...answers: readonly Partial<ToolResult>[]): { run: RunTool; calls: Invocation[] } {
  const calls: Invocation[] = [];
  const run: RunTool = invocation => {
    const answer = answers[calls.length];
    calls.push(invocation);
    return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...answer });
  };
  return { run, calls };
}

async function failure(promise: Promise<unknown>): Promise<KernelError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof KernelError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

const names = fc.stringMatching(/^[a-zA-Z0-9_.-]{1,15}$/);
const bridges = fc.uniqueArray(
  fc.record({ bridge: names, warps: fc.uniqueArray(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 4 }) }),
  { selector: ({ bridge }) => bridge, maxLength: 5 },
);

describe("the guard's table", () => {
  it('is read back as what it was made for', () => {
    fc.assert(
      fc.property(bridges, wanted => {
        let table: NftTable;
        try {
          table = guardTable(wanted);
        } catch (error) {
          // Addresses that are refused everywhere, such as IPv4 in IPv6 notation.
          expect(error).to.be.instanceOf(KernelError);
          return;
        }
        const { whole, bridges: read } = readGuardTable(table);
        expect(whole).to.equal(true);
        expect(read.map(({ bridge }) => bridge)).to.deep.equal(wanted.map(({ bridge }) => bridge));
        expect(read.map(({ warps }) => warps)).to.deep.equal(
          wanted.map(({ warps }) => [...new Set(warps.map(canonicalAddress))].sort()),
        );
      }),
    );
  });

  it('is whole no more once anything of it is missing, more, or otherwise', () => {
    const table = guardTable(two);
    const without = (at: number): NftTable => ({ ...table, rules: table.rules.filter((_, i) => i !== at) });
    const read = ({ whole, bridges }: GuardState): unknown =>
      whole && bridges.map(({ bridge, warps }) => ({ bridge, warps }));
    expect(read(readGuardTable(table))).to.deep.equal(two);
    table.rules.forEach((rule, at) => {
      expect(read(readGuardTable(without(at))), JSON.stringify(rule)).not.to.deep.equal(two);
    });
    const accept = { chain: 'forward', expr: [{ accept: null }] };
    expect(readGuardTable({ ...table, rules: [accept, ...table.rules] }).whole).to.equal(false);
    expect(readGuardTable({ ...table, others: 1 }).whole).to.equal(false);
    expect(readGuardTable({ ...table, chains: [...table.chains, { name: 'more' }] }).whole).to.equal(false);
    const [forward, ...chains] = table.chains;
    const base = { type: 'filter', hook: 'forward', prio: 300, policy: 'accept' };
    expect(
      readGuardTable({ ...table, chains: [{ ...forward, name: 'forward', base }, ...chains] }).whole,
    ).to.equal(false);
  });

  it('is whole whatever was counted, and in whatever order nft lists a set', () => {
    const table = guardTable(two);
    const rules = table.rules.map(rule => ({
      ...rule,
      handle: 9,
      expr: rule.expr.map(each =>
        'counter' in each
          ? { counter: { packets: 4, bytes: 400 } }
          : (JSON.parse(
              JSON.stringify(each).replace('["10.1.0.2","10.1.0.3"]', '["10.1.0.3","10.1.0.2"]'),
            ) as typeof each),
      ),
    }));
    expect(readGuardTable({ ...table, rules })).to.deep.equal({
      whole: true,
      bridges: [
        { bridge: 'br-1', warps: ['10.1.0.2', '10.1.0.3', 'fd00::5'], dropped: 4 },
        { bridge: 'docker0', warps: [], dropped: 4 },
      ],
    });
  });

  it('takes no name and no address that is none', () => {
    for (const bridge of ['br 1', 'br*', 'br-1" accept', 'a'.repeat(16), '', 'x\ny']) {
      expect(() => guardTable([{ bridge, warps: [] }]), bridge).to.throw(
        KernelError,
        'is no name of a device',
      );
    }
    for (const address of ['10.0.0.1; flush ruleset', '10.0.0.0/8', '', 'fe80::1%eth0']) {
      expect(() => guardTable([{ bridge: 'br-1', warps: [address] }]), address).to.throw(
        KernelError,
        'is no IP',
      );
    }
  });
});

describe('reading and writing the guard', () => {
  it('is one transaction that replaces the table, or removes it', async () => {
    const { run, calls } = answering();
    await writeGuard(run, two);
    await writeGuard(run, []);
    expect(calls.map(({ tool, args }) => [tool, ...args].join(' '))).to.deep.equal([
      'nft -j -f -',
      'nft -j -f -',
    ]);
    const [first = '', second = ''] = calls.map(({ input }) => input ?? '');
    const table = '{"family":"inet","name":"fairlead"}';
    const anew = `{"nftables":[{"add":{"table":${table}}},{"delete":{"table":${table}}}`;
    expect(first.slice(0, anew.length)).to.equal(anew);
    expect(second).to.equal(`${anew}]}`);
  });

  it('tells a table that is not there from one that cannot be read', async () => {
    const missing = { exitCode: 1, stderr: 'Error: No such file or directory\n' };
    const none = answering(missing, { stdout: '{"nftables": [{"metainfo": {}}]}' });
    expect(await readGuard(none.run)).to.equal(undefined);
    const there = '{"nftables": [{"table": {"family": "inet", "name": "fairlead"}}]}';
    const odd = await failure(readGuard(answering(missing, { stdout: there }).run));
    expect(odd.message).to.equal(
      'Could not read the firewall rules: nft says: Error: No such file or directory',
    );
    const denied = { exitCode: 1, stderr: 'Operation not permitted (you must be root)\n' };
    expect((await failure(readGuard(answering(denied, denied).run))).failure).to.equal('privileges');
    expect((await failure(readGuard(answering({ stdout: 'nothing' }).run))).failure).to.equal('refused');
  });
});
