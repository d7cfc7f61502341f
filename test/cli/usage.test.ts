import { expect } from 'chai';
import { runCli } from '../support/cli.js';
import { documentOf, errorShape, misfits } from '../support/json-document.js';

/** What is typed, and the whole of what is said. */
const told: Readonly<Record<string, readonly string[]>> = {
  'netwrk ensure': ['There is no command netwrk ensure.', 'Did you mean network ensure?'],
  'network ensuer new': ['There is no command network ensuer.', 'Did you mean network ensure?'],
  'proxi list': ['There is no command proxi list.', 'Did you mean proxy list?'],
  ensure: ['There is no command ensure.', 'Did you mean network ensure?'],
  frobnicate: ['There is no command frobnicate.', 'See them all: fairlead --help'],
  'frobnicate --help': ['There is no command frobnicate.', 'See them all: fairlead --help'],
  'network list extra': [
    'network list takes no argument, and extra was given.',
    'See fairlead network list --help',
  ],
  'network connect a b c': [
    'network connect takes fewer arguments; too many: c.',
    'See fairlead network connect --help',
  ],
  'network ensure': [
    'No network is named, and the config declares none.',
    'Name one: fairlead network ensure NAME',
  ],
  'network connect': [
    'network connect needs NETWORK and CONTAINER.',
    'For example: fairlead network connect backend api --alias db-client',
    'See fairlead network connect --help',
  ],
  'warp test worker': [
    'warp test needs --to.',
    'For example: fairlead warp test worker --to 198.18.0.9',
    'See fairlead warp test --help',
  ],
  'network disconnect backend': [
    'network disconnect needs CONTAINER.',
    'For example: fairlead network disconnect backend api',
    'See fairlead network disconnect --help',
  ],
  'network ensure new --subnt 10.0.0.0/24': ['There is no flag --subnt.', 'Did you mean --subnet?'],
  'network list --jsn': ['There is no flag --jsn.', 'Did you mean --json?'],
  'proxy join --dryrun': ['There is no flag --dryrun.', 'Did you mean --dry-run?'],
  'proxy join --frobnicate': ['There is no flag --frobnicate.', 'See them all: fairlead proxy join --help'],
  'network ensure new --subnet': ['Flag --subnet expects a value.', 'See fairlead network ensure --help'],
  'proxy join --leave some': [
    'Expected --leave=some to be one of: joined, any, never.',
    'See fairlead proxy join --help',
  ],
  'network connect a b --gw-priority high': [
    '--gw-priority: Expected an integer but received: high.',
    'See fairlead network connect --help',
  ],
  'network list --timeout 0': [
    '--timeout: 0 is no number of seconds from above 0 to 86400.',
    'See fairlead network list --help',
  ],
  '--host tcp://x network list': [
    '--host stands where a command should.',
    'Flags go behind the command: fairlead network list --json',
  ],
};

describe('wrong usage', () => {
  for (const [line, [message = '', ...hints]] of Object.entries(told)) {
    it(`is told in our words, with what was meant: ${line}`, async () => {
      const args = line.split(' ');
      expect(await runCli(args)).to.deep.equal({
        stdout: '',
        stderr: [`Error: ${message}`, ...hints.map(hint => `  ${hint}`), ''].join('\n'),
        exitCode: 2,
        signal: null,
      });
    });
  }

  it('is told in the same words in JSON', async () => {
    const lines = ['netwrk ensure', 'network list extra', 'network ensure', 'network list --jsn'];
    const results = await Promise.all(lines.map(line => runCli([...line.split(' '), '--json'])));
    for (const [i, result] of results.entries()) {
      const [message, ...hints] = told[lines[i] ?? ''] ?? [];
      const document = documentOf(result);
      expect(misfits(document, errorShape)).to.deep.equal([]);
      expect(document).to.deep.include({ exitCode: 2, error: { code: 'usage', message, hints } });
      expect(result.stderr).to.equal('');
    }
  });

  it('of a topic in JSON is an error, for help is no JSON', async () => {
    for (const args of [['network', '--json'], ['--json']]) {
      const result = await runCli(args);
      expect(misfits(documentOf(result), errorShape)).to.deep.equal([]);
      expect(result.exitCode).to.equal(2);
    }
  });

  it('takes what follows -- for names', async () => {
    const result = await runCli(['network', 'ensure', '--', '--json']);
    expect(result).to.include({ stdout: '', exitCode: 2 });
    expect(result.stderr).to.include('"--json" is no safe network name');
  });
});

describe('help', () => {
  for (const args of [
    [],
    ['network'],
    ['--help'],
    ['-h'],
    ['help'],
    ['network', '--help'],
    ['help', 'proxy', 'join'],
  ]) {
    it(`goes to standard output with 0: fairlead ${args.join(' ')}`, async () => {
      const { stdout, stderr, exitCode } = await runCli(args);
      expect(exitCode).to.equal(0);
      expect(stderr).to.equal('');
      expect(stdout).to.include('USAGE').and.not.include('\u001b');
    });
  }

  it('is there for every command, with an example and the global flags', async () => {
    for (const command of [
      'network ensure',
      'network connect',
      'network disconnect',
      'network list',
      'proxy join',
      'proxy leave',
      'proxy list',
    ]) {
      const { stdout, exitCode } = await runCli([...command.split(' '), '--help']);
      expect(exitCode).to.equal(0);
      for (const part of [
        `$ fairlead ${command}`,
        'EXAMPLES',
        '--host',
        '--json',
        '--timeout',
        '--no-color',
      ]) {
        expect(stdout, command).to.include(part);
      }
    }
  });

  it('and the version need no engine, and no terminal', async () => {
    for (const flag of ['--version', '-V']) {
      const { stdout, exitCode } = await runCli([flag]);
      expect(exitCode).to.equal(0);
      expect(stdout).to.match(/^fairlead\/\d+\.\d+\.\d+ \S+ node-v\d+/);
    }
  });
});
