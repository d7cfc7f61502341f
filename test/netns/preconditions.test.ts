import { expect } from 'chai';
import { KernelError } from '../../src/lib/netns/kernel-error.js';
import { examineIp, isNewEnough } from '../../src/lib/netns/ip-version.js';
import { preconditions } from '../../src/lib/netns/preconditions.js';
import { missingCapabilities, missingRights } from '../../src/lib/netns/rights.js';
import type { RunTool, ToolResult } from '../../src/lib/netns/tools.js';

const said = (stdout: string, exitCode = 0, stderr = ''): ToolResult => ({ exitCode, stdout, stderr });

const modern = said('ip utility, iproute2-6.1.0, libbpf 1.1.2\n');
const busybox = said(
  '',
  1,
  'BusyBox v1.35.0 (Debian 1:1.35.0-4) multi-call binary.\n\nUsage: ip [OPTIONS]\n',
);
const unknownOption = said('', 255, 'Option "-N" is unknown, try "ip -help".\n');

function ipThatSays(numeric: ToolResult, plain = numeric): RunTool & { readonly ran: string[] } {
  const ran: string[] = [];
  const run: RunTool = ({ args }) => {
    ran.push(args.join(' '));
    return Promise.resolve(args[0] === '-N' ? numeric : plain);
  };
  return Object.assign(run, { ran });
}

async function failureOf(result: Promise<unknown>): Promise<KernelError> {
  const error = await result.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof KernelError) return error;
  throw new Error(`it did not fail as it should: ${String(error)}`);
}

describe('The version of ip', () => {
  for (const version of [
    'iproute2-ss180604',
    'iproute2-ss190107',
    'iproute2-5.10.0',
    'iproute2-6.1.0, libbpf 1.1.2',
    'iproute2-4.18',
  ]) {
    it(`is new enough as ${version}`, () => {
      expect(isNewEnough(`ip utility, ${version}\n`)).to.equal(true);
    });
  }

  for (const version of ['iproute2-ss170501', 'iproute2-ss180129', 'iproute2-4.9.0', 'iproute2-3.16']) {
    it(`is too old as ${version}`, async () => {
      const old = said(`ip utility, ${version}\n`);
      const error = await failureOf(examineIp(ipThatSays(unknownOption, old)));
      expect(error).to.include({ failure: 'tool' });
      expect(error.message).to.include(version);
      expect(error.hints.join()).to.include('iproute2').and.include('4.17');
    });
  }

  it("is none where it is busybox's", async () => {
    expect((await failureOf(examineIp(ipThatSays(busybox)))).message).to.include("busybox's");
  });

  it('is found out with one process where it knows numbers, and with two where it does not', async () => {
    const newer = ipThatSays(modern);
    expect(await examineIp(newer)).to.deep.equal({ numeric: true });
    expect(newer.ran).to.deep.equal(['-N -V']);
    const older = ipThatSays(unknownOption, said('ip utility, iproute2-ss180813\n'));
    expect(await examineIp(older)).to.deep.equal({ numeric: false });
  });
});

describe('Rights', () => {
  it('are read of the capabilities in force', () => {
    const status = (mask: string): string =>
      `Name:\tnode\nCapPrm:\t0\nCapEff:\t${mask}\nCapBnd:\t000001ffffffffff\n`;
    expect(missingCapabilities(status('000001ffffffffff'))).to.deep.equal([]);
    expect(missingCapabilities(status('0000000000281000'))).to.deep.equal([]);
    expect(missingCapabilities(status('0000000000001000'))).to.deep.equal([
      'CAP_SYS_PTRACE',
      'CAP_SYS_ADMIN',
    ]);
    expect(missingCapabilities('')).to.have.lengthOf(3);
  });

  it('that are missing are named once, with every way to have them or to do without', () => {
    const error = missingRights('read routing', ['CAP_SYS_ADMIN']);
    expect(error).to.include({ failure: 'privileges', exit: 5 });
    expect(error.message).to.match(
      /CAP_NET_ADMIN, CAP_SYS_PTRACE, CAP_SYS_ADMIN, and CAP_SYS_ADMIN is missing/,
    );
    expect(error.hints.join('\n'))
      .to.match(/sudo/)
      .and.match(/AmbientCapabilities=.*SYS_ADMIN/)
      .and.match(/--only/);
  });
});

describe('What has to be here', () => {
  it('is said all at once', async () => {
    const needed = preconditions(ipThatSays(busybox), () => Promise.resolve(undefined));
    const { message, hints } = await failureOf(needed.check());
    expect(message).to.include('nsenter').and.include("busybox's");
    expect(hints.join()).to.include('util-linux').and.include('iproute2');
  });

  it('is looked for again as long as it is missing, and once where it is here', async () => {
    const installed = new Set<string>();
    const run = ipThatSays(modern);
    const needed = preconditions(run, async program =>
      Promise.resolve(installed.has(program) ? `/usr/bin/${program}` : undefined),
    );
    await failureOf(needed.check());
    installed.add('nsenter');
    await needed.check();
    await needed.check();
    await needed.dialect();
    expect(run.ran).to.have.lengthOf(1);
  });
});
