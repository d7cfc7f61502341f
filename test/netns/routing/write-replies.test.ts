import { expect } from 'chai';
import { KernelError } from '../../../src/lib/netns/kernel-error.js';
import type { OpenNamespace } from '../../../src/lib/netns/open-namespace.js';
import { type Place, writeReplies } from '../../../src/lib/netns/routing/write-replies.js';
import type { RunTool, ToolResult } from '../../../src/lib/netns/tools.js';

const within: OpenNamespace = { fd: 3, inode: 4, pid: 5, [Symbol.asyncDispose]: () => Promise.resolve() };
const accept = '/proc/sys/net/ipv4/tcp_fwmark_accept';
const replies = { gatewayMacs: ['02:42:ac:11:00:02'], refusesRedirects: true } as const;
const memory = 'set_tcp_fwmark_accept';

interface Sketch {
  /** What tee and `ip route flush cache` complain of. */
  readonly tee?: string;
  readonly flush?: string;
  /** Whether a table is there that remembers the switch. */
  readonly remembers?: boolean;
}

function ending(stderr = '', stdout = ''): ToolResult {
  return { exitCode: stderr === '' ? 0 : 1, stdout, stderr };
}

/** Where nothing is run; the tables that are written are kept. */
function placeWith({ tee, flush, remembers = false }: Sketch): {
  readonly place: Place;
  readonly tables: string[];
} {
  const tables: string[] = [];
  const answer = (...[{ tool, args, input }]: Parameters<RunTool>): ToolResult => {
    if (tool === 'tee') return ending(tee);
    if (tool === 'ip') return ending(flush);
    if (tool === 'cat') return ending('', '0\n');
    if (args.includes('list')) {
      const stdout = JSON.stringify({ nftables: [{ chain: { name: memory } }] });
      return remembers ? ending('', stdout) : ending('No such file or directory');
    }
    tables.push(input ?? '');
    return ending();
  };
  const run: RunTool = invocation => Promise.resolve(answer(invocation));
  return { place: { run, within, container: { name: 'site' } }, tables };
}

describe('The table that marks replies, and the switch beside it', () => {
  it('is written once where the switch can be set, and remembers it', async () => {
    const { place, tables } = placeWith({});
    await writeReplies(place, replies);
    expect(tables).to.have.lengthOf(1);
    expect(tables[0]).to.include(memory);
  });

  for (const why of ['Read-only file system', 'Permission denied', 'Operation not permitted']) {
    it(`is there without a memory of the switch where that says: ${why}`, async () => {
      const { place, tables } = placeWith({
        tee: `tee: ${accept}: ${why}\n`,
        flush: `Cannot open "/proc/sys/net/ipv4/route/flush": ${why}\n`,
      });
      await writeReplies(place, replies);
      expect(tables.at(-1)).to.include('chain incoming').and.not.include(memory);
    });
  }

  it('goes where the switch cannot be set back', async () => {
    const { place, tables } = placeWith({ tee: `tee: ${accept}: Read-only file system\n`, remembers: true });
    await writeReplies(place, undefined);
    expect(tables).to.deep.equal(['add table inet fairlead-replies\ndelete table inet fairlead-replies\n']);
  });

  it('fails of anything else', async () => {
    for (const tee of [
      'nsenter: reassociate to namespace failed: Operation not permitted\n',
      `tee: ${accept}: Input/output error\n`,
    ]) {
      const failure: unknown = await writeReplies(placeWith({ tee }).place, replies).catch(
        (error: unknown) => error,
      );
      expect(failure, tee).to.be.instanceOf(KernelError);
    }
  });
});
