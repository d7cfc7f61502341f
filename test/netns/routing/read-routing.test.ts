import { expect } from 'chai';
import type { OpenNamespace } from '../../../src/lib/netns/open-namespace.js';
import { readRouting } from '../../../src/lib/netns/routing/read-routing.js';
import type { RunTool, ToolResult } from '../../../src/lib/netns/tools.js';

const within = { pid: 1, inode: 1 } as OpenNamespace;
const nothing: ToolResult = { exitCode: 0, stdout: '[]\n[]\n[]\n[]\n', stderr: '' };

function answering(ipv6: ToolResult): RunTool {
  return ({ args }) => Promise.resolve(args.includes('-6') ? ipv6 : nothing);
}

describe('What is read of a namespace', () => {
  it('says where the kernel has no IPv6', async () => {
    const stderr = 'RTNETLINK answers: Address family not supported by protocol\nDump terminated\n';
    const reading = await readRouting(answering({ exitCode: 1, stdout: '', stderr }), within, {
      numeric: true,
    });
    expect(reading).to.deep.include({ lacksIpv6: true, routing: { rules: [], routes: [] } });
    const usual = await readRouting(answering(nothing), within, { numeric: true });
    expect(usual).not.to.have.property('lacksIpv6');
  });
});
