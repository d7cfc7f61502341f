import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliResult, runCli, testFolder } from '../support/cli.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { documentOf } from '../support/json-document.js';
import { withDaemon } from './scenes.js';

/** What must not reach a terminal: control characters but for the line's own end, and what has no shape. */
const raw = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u;

const nasty: Readonly<Record<string, string>> = {
  'an escape sequence': '\u001b[2J\u001b[31mred\u001b]0;title\u0007',
  'an 8-bit escape': '\u009b2Jred',
  'line breaks': 'one\ntwo\r\nthree\u2028four\u2029five\u0085six',
  'a bidi override': 'safe\u202Efdp.exe\u202C\u2066x\u2069\u061C\u200F',
  'what cannot be seen': 'a\u200bb\u00adc\ufeffd\u{e0041}e\u2060f',
  'a null': 'a\u0000b',
  backspaces: 'good\b\b\b\bbad',
  'half a character': 'a\ud83db',
  '100 kB': 'x'.repeat(100_000),
};

/** An argument cannot hold a null, and one of each kind is enough. */
const asArguments: ReadonlySet<string> = new Set(['an escape sequence', 'a bidi override', '100 kB']);

function expectTame({ stdout, stderr }: CliResult, lines: number): void {
  expect(stdout + stderr).to.not.match(raw);
  const told = (stdout + stderr).trimEnd().split('\n');
  expect(told, stdout + stderr).to.have.length(lines);
  for (const line of told) expect(line.length).to.be.lessThan(1500);
}

describe('text that means harm', () => {
  for (const [name, text] of Object.entries(nasty)) {
    it(`in names and labels is one line each, and shown as escapes: ${name}`, async () => {
      const daemon = new FakeDaemon();
      daemon.addNetwork(`net ${text}`, { Labels: { 'com.docker.compose.project': text } });
      daemon.addContainer('http-proxy', { publishes: [80] });
      daemon.addContainer(`web ${text}`, {
        networks: [`net ${text}`],
        labels: { [`traefik.${text}`]: text, [text]: text },
        env: [`VIRTUAL_HOST=${text}`],
      });
      daemon.addContainer(`off ${text}`, { mode: 'host', env: [`VIRTUAL_HOST=${text}`] });
      await withDaemon(daemon, async ({ host }) => {
        const [networks, proxies, dry, json] = await Promise.all([
          runCli(['network', 'list'], { host }),
          runCli(['proxy', 'list'], { host }),
          runCli(['proxy', 'join', '--dry-run'], { host }),
          runCli(['network', 'list', '--json'], { host }),
        ]);
        expect([networks, proxies, dry, json].map(({ exitCode }) => exitCode)).to.deep.equal([0, 0, 0, 0]);
        expectTame(networks, 5);
        expectTame(proxies, 5);
        expectTame(dry, 2);
        // JSON says all of it, and says it in characters that do nothing.
        expect(json.stdout).to.not.match(raw);
        const listed = (documentOf(json)['networks'] as { name: string }[]).map(network => network.name);
        expect(listed).to.include(`net ${text}`);
      });
    });

    it(`in an engine's refusal is one line: ${name}`, async () => {
      const daemon = new FakeDaemon();
      daemon.intercept = call =>
        call.startsWith('POST') ? { status: 400, body: { message: `no, ${text}` } } : undefined;
      const other = new FakeDaemon();
      other.intercept = () => ({ status: 400, body: { message: `no, ${text}` } });
      await withDaemon(daemon, async ({ host }) =>
        withDaemon(other, async server => {
          const [ensure, list] = await Promise.all([
            runCli(['network', 'ensure', 'new'], { host }),
            runCli(['network', 'list'], { host: server.host }),
          ]);
          expectTame(ensure, 2);
          expectTame(list, 1);
          expect(ensure.stdout).to.match(/^x create +new +Could not create network new: no, /);
          expect(list.stderr).to.match(/^Error: Could not [a-z ]+: no, /);
        }),
      );
    });

    if (!asArguments.has(name)) continue;
    it(`as an argument is one line: ${name}`, async () => {
      await withDaemon(new FakeDaemon(), async ({ host }) => {
        const lines: readonly (readonly [args: readonly string[], exit: number, lines: number])[] = [
          [['network', 'disconnect', text, text], 1, 2],
          [['network', 'ensure', text], 2, 1],
          [['network', 'list', `--host=unix:///${text}`], 4, 0],
          [['network', 'list', `--context=${text}`], 0, 0],
          [[text], 2, 2],
          [['network', 'list', `--${text}`], 2, 2],
          [['proxy', 'join', text], 1, 3],
        ];
        const results = await Promise.all(lines.map(([args]) => runCli(args, { host })));
        for (const [i, result] of results.entries()) {
          const [args = [], exit = 0, count = 0] = lines[i] ?? [];
          const told = (result.stdout + result.stderr).trimEnd().split('\n').length;
          expectTame(result, count === 0 ? told : count);
          if (exit !== 0) expect(result.exitCode, args.join(' ').slice(0, 200)).to.equal(exit);
          else expect(result.exitCode).to.not.equal(0);
          expect(result.stderr).to.not.include('Fairlead failed');
        }
      });
    }).timeout(20_000);
  }

  it('reaches no shell', async () => {
    const planted = join(testFolder(), 'planted');
    const attack = `$(touch ${planted}); touch ${planted} \`touch ${planted}\` '; touch ${planted} '`;
    const daemon = new FakeDaemon();
    daemon.addNetwork(`net${attack}`);
    daemon.addContainer(`http-proxy`, { publishes: [80] });
    daemon.addContainer(`web${attack}`, {
      networks: [`net${attack}`],
      labels: { [`traefik.${attack}`]: attack },
      env: [`VIRTUAL_HOST=${attack}`],
    });
    await withDaemon(daemon, async ({ host }) => {
      for (const args of [
        ['network', 'list'],
        ['proxy', 'join'],
        ['proxy', 'list'],
        ['proxy', 'leave'],
        ['network', 'connect', `net${attack}`, `web${attack}`],
      ]) {
        expect((await runCli(args, { host })).exitCode).to.equal(0);
      }
    });
    const found = await access(planted).then(
      () => true,
      () => false,
    );
    expect(found).to.equal(false);
  });
});
