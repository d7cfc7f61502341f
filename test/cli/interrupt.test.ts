import { expect } from 'chai';
import { type RunningCli, startCli, startShell } from '../support/cli.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { type Hold, holdAt } from '../support/fake-server.js';
import { documentOf, errorShape, misfits, reportShape } from '../support/json-document.js';
import { changes, shop, withDaemon } from './scenes.js';

/** A proxy with three networks to join. */
function threeToJoin(): FakeDaemon {
  const daemon = shop();
  for (const name of ['second', 'third']) {
    daemon.addNetwork(`${name}_default`);
    daemon.addContainer(`${name}-web-1`, {
      networks: [`${name}_default`],
      env: [`VIRTUAL_HOST=${name}.local`],
    });
  }
  return daemon;
}

const announced = (output: string): boolean => output.includes('Interrupted: ending the step under way');

/** Starts a command whose calls that match are held back, and waits until the first of them has arrived. */
async function held(
  daemon: FakeDaemon,
  matches: (call: string) => boolean,
  args: readonly string[],
  test: (running: RunningCli, hold: Hold) => Promise<void>,
): Promise<void> {
  const hold = holdAt(matches);
  await withDaemon(
    daemon,
    async ({ host }) => {
      const running = await startCli(args, { host });
      await hold.reached;
      await test(running, hold);
    },
    hold.before,
  );
}

const isConnect = (call: string): boolean => call.endsWith('/connect');
const isList = (call: string): boolean => call === 'GET /networks';

describe('an interruption', () => {
  for (const [signal, exit] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`by ${signal} ends the step under way, skips the rest, says so, and gives ${String(exit)}`, async () => {
      const daemon = threeToJoin();
      await held(daemon, isConnect, ['proxy', 'join'], async (running, hold) => {
        running.child.kill(signal);
        await running.until(announced);
        hold.letGo();
        const { stdout, exitCode, signal: endedBy } = await running.result;
        expect([exitCode, endedBy]).to.deep.equal([exit, null]);
        const lines = stdout.trimEnd().split('\n');
        expect(lines).to.have.length(4);
        expect(lines[0]).to.match(/^\+ connect .* shop_default .*routes shop-web-1/);
        expect(lines[1]).to.match(/^x connect .* second_default .*skipped: interrupted$/);
        expect(lines[2]).to.match(/^x connect .* third_default .*skipped: interrupted$/);
        expect(lines[3]).to.match(/^1 connected, 2 skipped/);
      });
      expect(changes(daemon)).to.have.length(1);
      expect(Object.keys(daemon.container('http-proxy').Networks)).to.deep.equal(['edge', 'shop_default']);
    });
  }

  it('says the same in JSON', async () => {
    await held(threeToJoin(), isConnect, ['proxy', 'join', '--json'], async (running, hold) => {
      running.child.kill('SIGINT');
      await running.until(announced);
      hold.letGo();
      const result = await running.result;
      const document = documentOf(result);
      expect(misfits(document, reportShape)).to.deep.equal([]);
      expect(document).to.include({ exitCode: 130, changed: 1 });
      const steps = document['steps'] as { outcome: string; note?: string }[];
      expect(steps.map(({ outcome, note }) => `${outcome} ${note ?? ''}`.trim())).to.deep.equal([
        'done',
        'skipped interrupted',
        'skipped interrupted',
      ]);
    });
  });

  it('by a second signal ends at once, whatever the engine does', async () => {
    await held(threeToJoin(), isConnect, ['proxy', 'join'], async running => {
      running.child.kill('SIGINT');
      await running.until(announced);
      running.child.kill('SIGINT');
      const { stdout, exitCode } = await running.result;
      expect(exitCode).to.equal(130);
      expect(stdout).to.equal('');
    });
  });

  it('before anything was done does not wait for the engine', async () => {
    const daemon = threeToJoin();
    for (const args of [
      ['proxy', 'join'],
      ['network', 'list'],
      ['proxy', 'list'],
    ]) {
      await held(daemon, isList, args, async running => {
        running.child.kill('SIGINT');
        const { stdout, stderr, exitCode } = await running.result;
        expect([exitCode, stdout]).to.deep.equal([130, '']);
        expect(stderr).to.include('Error: Interrupted before anything was done.');
      });
    }
    await held(daemon, isList, ['proxy', 'join', '--json'], async running => {
      running.child.kill('SIGTERM');
      const result = await running.result;
      expect(result.exitCode).to.equal(143);
      expect(misfits(documentOf(result), errorShape)).to.deep.equal([]);
    });
    expect(changes(daemon)).to.deep.equal([]);
  });
});

describe('output that nobody reads to its end', () => {
  function crowded(): FakeDaemon {
    const daemon = new FakeDaemon();
    // More than a pipe holds.
    for (let i = 0; i < 1500; i += 1) {
      const Config = [{ Subnet: `10.${String(i >> 8)}.${String(i & 255)}.0/24` }];
      daemon.addNetwork(`network-with-a-name-of-some-length-${String(i)}`, { IPAM: { Config } });
    }
    return daemon;
  }

  it('ends quietly with 0', async () => {
    await withDaemon(crowded(), async ({ host }) => {
      for (const command of ['network list', 'network list --json']) {
        const running = await startShell(`{ fairlead ${command}; echo "ended with $?" >&2; } | head -1`, {
          host,
        });
        const { stdout, stderr } = await running.result;
        expect(stderr).to.equal('ended with 0\n');
        expect(stdout.split('\n')).to.have.length(2);
      }
    });
  });

  it('keeps the exit code of an error that nobody reads', async () => {
    const running = await startShell('{ fairlead netwrk list 2>&1; echo "ended with $?" >&3; } 3>&1 | :', {});
    expect((await running.result).exitCode).to.equal(0);
    const closed = await startShell('fairlead netwrk list >&- 2>&-', {});
    expect((await closed.result).exitCode).to.equal(2);
  });

  it('is a failure where the disk is full', async () => {
    await withDaemon(shop(), async ({ host }) => {
      const running = await startShell('fairlead network list > /dev/full', { host });
      const { stderr, exitCode } = await running.result;
      expect(exitCode).to.equal(1);
      expect(stderr).to.match(/^Error: Could not write the output: ENOSPC.*\.\n$/);
    });
  });
});
