import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type CliResult,
  runCli,
  runInTerminal,
  startCli,
  startInTerminal,
  testFolder,
} from '../support/cli.js';
import { holdAt } from '../support/fake-server.js';
import { screenOf } from '../support/terminal-screen.js';
import { shop, withDaemon } from './scenes.js';

const escape = '\u001b';
const dryRun = ['proxy', 'join', '--dry-run'];

describe('colour', () => {
  async function onTerminal(
    env: Readonly<Record<string, string>>,
    args: readonly string[] = dryRun,
  ): Promise<CliResult> {
    let result: CliResult | undefined;
    // Standard error goes elsewhere: a spinner on a slow machine is no colour.
    const stderr = join(testFolder(), 'stderr');
    await withDaemon(shop(), async ({ host }) => {
      result = await runInTerminal(args, { host, env, stderr });
    });
    if (result === undefined) throw new Error('did not run');
    expect(result.exitCode, result.stdout + (await readFile(stderr, 'utf8'))).to.equal(0);
    return result;
  }

  it('is on a terminal', async () => {
    const { stdout } = await onTerminal({});
    expect(stdout).to.include(`${escape}[32m+ connect`);
  });

  for (const [name, env] of Object.entries({
    'where NO_COLOR is set': { NO_COLOR: '1' },
    'where the terminal is dumb': { TERM: 'dumb' },
    'where FORCE_COLOR says 0': { FORCE_COLOR: '0' },
    'where NO_COLOR and FORCE_COLOR disagree': { NO_COLOR: '1', FORCE_COLOR: '1' },
  })) {
    it(`is not on a terminal ${name}`, async () => {
      const { stdout } = await onTerminal(env);
      expect(stdout).to.include('+ connect').and.not.include(escape);
    });
  }

  it('is not on a terminal with --no-color', async () => {
    const { stdout } = await onTerminal({}, [...dryRun, '--no-color']);
    expect(stdout).to.include('+ connect').and.not.include(escape);
  });

  it('is there where NO_COLOR is empty, which means unset', async () => {
    expect((await onTerminal({ NO_COLOR: '' })).stdout).to.include(escape);
  });

  it('is not in a pipe, unless FORCE_COLOR asks for it', async () => {
    await withDaemon(shop(), async ({ host }) => {
      const [plain, forced, both] = await Promise.all([
        runCli(dryRun, { host }),
        runCli(dryRun, { host, env: { FORCE_COLOR: '1' } }),
        runCli([...dryRun, '--no-color'], { host, env: { FORCE_COLOR: '1' } }),
      ]);
      expect(plain.stdout + plain.stderr).to.not.include(escape);
      expect(forced.stdout).to.include(escape);
      expect(both.stdout).to.not.include(escape);
    });
  });

  it('is never in JSON, nor in help and messages in a pipe', async () => {
    await withDaemon(shop(), async ({ host }) => {
      const json = await onTerminal({}, [...dryRun, '--json']);
      expect(json.stdout).to.not.include(escape);
      const others = await Promise.all(
        [['--help'], ['proxy', 'join', '-h'], ['frob']].map(args => runCli(args, { host })),
      );
      for (const { stdout, stderr } of others) expect(stdout + stderr).to.not.include(escape);
    });
  });
});

describe('the spinner', () => {
  const waiting = 'Asking the engine';

  it('shows on a terminal while the engine is slow, and is gone from the screen at the end', async () => {
    const hold = holdAt(call => call === 'GET /networks');
    await withDaemon(
      shop(),
      async ({ host }) => {
        const running = await startInTerminal(['network', 'list'], { host });
        await running.until(output => output.includes(waiting));
        hold.letGo();
        const { stdout, exitCode } = await running.result;
        expect(exitCode).to.equal(0);
        const plain = await runCli(['network', 'list'], { host });
        expect(screenOf(stdout).filter(line => line !== '')).to.deep.equal(
          plain.stdout.trimEnd().split('\n'),
        );
        expect(stdout.lastIndexOf(`${escape}[?25h`)).to.be.greaterThan(stdout.lastIndexOf(`${escape}[?25l`));
      },
      hold.before,
    );
  });

  it('tells the step under way', async () => {
    const hold = holdAt(call => call.endsWith('/connect'));
    await withDaemon(
      shop(),
      async ({ host }) => {
        const running = await startInTerminal(['proxy', 'join'], { host });
        await running.until(output => output.includes('connect http-proxy → shop_default (1 of 1)'));
        hold.letGo();
        expect((await running.result).exitCode).to.equal(0);
      },
      hold.before,
    );
  });

  it('does not show without a terminal of a width, in CI, in a dumb one, with --json and with --quiet', async () => {
    const hold = holdAt(call => call === 'GET /networks');
    await withDaemon(
      shop(),
      async ({ host }) => {
        const args = ['network', 'list'];
        const silent = await Promise.all([
          startCli(args, { host }),
          startInTerminal(args, { host, columns: 0 }),
          startInTerminal(args, { host, env: { CI: 'true' } }),
          startInTerminal(args, { host, env: { TERM: 'dumb' } }),
          startInTerminal([...args, '--json'], { host }),
          startInTerminal([...args, '--quiet'], { host }),
        ]);
        // When the last one to start shows a spinner, the others would long have shown theirs.
        const shown = await startInTerminal(args, { host });
        await shown.until(output => output.includes(waiting));
        hold.letGo();
        const results = await Promise.all(silent.map(({ result }) => result));
        for (const { stdout, stderr, exitCode } of results) {
          expect(exitCode).to.equal(0);
          expect(stdout + stderr).to.not.include(waiting);
          // On a terminal of no columns a spinner would write without end.
          expect(stdout.length).to.be.lessThan(10_000);
        }
        const [plain, narrow] = results;
        expect(narrow?.stdout.replaceAll('\r\n', '\n').replaceAll(/\u001b\[\d*m/g, '')).to.equal(
          plain?.stdout,
        );
        await shown.result;
      },
      hold.before,
    );
  });

  it('takes ^C, says so and leaves the cursor visible', async () => {
    const hold = holdAt(call => call.endsWith('/connect'));
    await withDaemon(
      shop(),
      async ({ host }) => {
        const running = await startInTerminal(['proxy', 'join'], { host });
        await running.until(output => output.includes('(1 of 1)'));
        running.child.stdin?.write('\u0003');
        await running.until(output => output.includes('Interrupted: ending the step under way'));
        hold.letGo();
        const { stdout, exitCode } = await running.result;
        expect(exitCode).to.equal(130);
        expect(screenOf(stdout.replaceAll('^C', '')).join('\n'))
          .to.include('1 connected')
          .and.not.include('Interrupted');
        expect(stdout.lastIndexOf(`${escape}[?25h`)).to.be.greaterThan(stdout.lastIndexOf(`${escape}[?25l`));
      },
      hold.before,
    );
  });
});
