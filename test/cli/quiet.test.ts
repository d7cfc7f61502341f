import { expect } from 'chai';
import { runCli } from '../support/cli.js';
import { changes, shop, withDaemon } from './scenes.js';

const succeeding: readonly (readonly string[])[] = [
  ['network', 'ensure', 'new'],
  ['network', 'ensure', 'new2', '--ipv6', '--subnet', '10.9.0.0/24', '--subnet', 'fd00:9::/64'],
  ['network', 'connect', 'shared', 'shop-db-1'],
  ['network', 'disconnect', 'shop_default', 'shop-db-1'],
  ['network', 'list'],
  ['proxy', 'join'],
  ['proxy', 'list'],
  ['proxy', 'leave'],
];

const changing: readonly (readonly string[])[] = [
  ['network', 'ensure', 'new', 'newer'],
  ['network', 'connect', 'shared', 'shop-db-1', '--alias', 'db'],
  ['network', 'disconnect', 'shop_default', 'shop-db-1'],
  ['proxy', 'join'],
];

describe('--quiet', () => {
  it('prints nothing where all is well, and does the same', async () => {
    const [quiet, loud] = [shop(), shop()];
    await withDaemon(quiet, server =>
      withDaemon(loud, async other => {
        for (const args of succeeding) {
          const [result, said] = await Promise.all([
            runCli([...args, '--quiet'], { host: server.host }),
            runCli(args, { host: other.host }),
          ]);
          expect(result, args.join(' ')).to.deep.equal({ stdout: '', stderr: '', exitCode: 0, signal: null });
          expect(said.stdout, args.join(' ')).to.not.equal('');
        }
      }),
    );
    expect(changes(quiet)).to.deep.equal(changes(loud)).and.not.be.empty;
  });

  it('keeps warnings to itself too', async () => {
    await withDaemon(shop(), async ({ host }) => {
      const args = ['network', 'ensure', 'typo', '--driver', 'brigde', '--dry-run'];
      expect((await runCli(args, { host })).stderr).to.include('Warning: typo: --driver: "brigde"');
      expect((await runCli([...args, '-q'], { host })).stderr).to.equal('');
    });
  });

  const failing: Readonly<Record<string, { args: readonly string[]; exit: number; says: string }>> = {
    'a refusal': { args: ['proxy', 'join', 'nobody'], exit: 1, says: 'there is no container of this name' },
    'a refusal in a list': {
      args: ['proxy', 'list', 'nobody'],
      exit: 1,
      says: 'there is no container of this name',
    },
    drift: {
      args: ['network', 'ensure', 'shared', '--internal'],
      exit: 3,
      says: 'internal: declared true, is false',
    },
    'a failed step': {
      args: ['network', 'ensure', 'new', '--subnet', '10.7.0.0/24'],
      exit: 1,
      says: 'disk full',
    },
    'wrong usage': { args: ['network', 'ensure', 'a/b'], exit: 2, says: 'no safe network name' },
  };
  for (const [name, { args, exit, says }] of Object.entries(failing)) {
    it(`still tells ${name} on standard error`, async () => {
      const daemon = shop();
      daemon.intercept = call =>
        call.startsWith('POST') ? { status: 400, body: { message: 'disk full' } } : undefined;
      await withDaemon(daemon, async ({ host }) => {
        const { stdout, stderr, exitCode } = await runCli([...args, '--quiet'], { host });
        expect(exitCode, stderr).to.equal(exit);
        expect(stdout).to.equal('');
        expect(stderr).to.include(says);
      });
    });
  }
});

describe('--dry-run', () => {
  for (const args of changing) {
    it(`says what it would do and changes nothing: ${args.join(' ')}`, async () => {
      const [dry, real] = [shop(), shop()];
      const before = JSON.stringify([dry.networks, dry.containers]);
      await withDaemon(dry, server =>
        withDaemon(real, async other => {
          const [shown, json, done] = await Promise.all([
            runCli([...args, '--dry-run'], { host: server.host }),
            runCli([...args, '-n', '--json'], { host: server.host }),
            runCli(args, { host: other.host }),
          ]);
          expect([shown.exitCode, json.exitCode, done.exitCode]).to.deep.equal([0, 0, 0]);
          // Line for line what is then done, but for the summary.
          const [last = '', ...lines] = shown.stdout.trimEnd().split('\n').reverse();
          expect(last).to.match(/^Dry run: would \w+ \d+/);
          expect(done.stdout.trimEnd().split('\n').reverse().slice(1)).to.deep.equal(lines);
          expect(JSON.parse(json.stdout)).to.include({ dryRun: true, changed: 0 });
        }),
      );
      expect(changes(dry)).to.deep.equal([]);
      expect(JSON.stringify([dry.networks, dry.containers])).to.equal(before);
      expect(changes(real)).to.not.be.empty;
    });
  }
});
