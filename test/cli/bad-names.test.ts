import { expect } from 'chai';
import { runCli } from '../support/cli.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { withDaemon } from './scenes.js';

interface Told {
  readonly args: readonly string[];
  /** A part of each line of the message, in order: all that is wrong is told at once. */
  readonly says: readonly string[];
}

const ensure = (...args: string[]): readonly string[] => ['network', 'ensure', ...args];
const unsafe = 'is no safe network name';

const refused: Readonly<Record<string, Told>> = {
  'an empty name': { args: ensure(''), says: ['NAME: the network has no name'] },
  'a slash': { args: ensure('a/b'), says: [`"a/b" ${unsafe}`] },
  'a leading dash': { args: ensure('--', '-x'), says: [`"-x" ${unsafe}`] },
  'a blank': { args: ensure('a b'), says: ['Did you mean a-b?'] },
  'a leading dot': { args: ensure('.a'), says: [`".a" ${unsafe}`] },
  'another script': { args: ensure('сеть'), says: [`"сеть" ${unsafe}`] },
  'control characters': { args: ensure('a\u001b[31m\nb'), says: ['"a\\e[31m\\nb" is no safe network name'] },
  '300 characters': { args: ensure('x'.repeat(300)), says: ['the name has 300 characters (at most 255)'] },
  bridge: { args: ensure('bridge'), says: ['"bridge" is a network the engine makes itself'] },
  host: { args: ensure('host'), says: ['"host" is a network the engine makes itself'] },
  none: { args: ensure('none'), says: ['"none" is a network the engine makes itself'] },
  default: { args: ensure('default'), says: ['"default" is a network the engine makes itself'] },
  ingress: { args: ensure('ingress'), says: ['"ingress" belongs to the engine'] },
  'several bad names beside good ones': {
    args: ensure('good', 'a/b', 'fine', 'host', ''),
    says: ['"a/b"', '"host"', 'the network has no name'],
  },
  'host bits': {
    args: ensure('new', '--subnet', '10.0.0.1/24'),
    says: ['--subnet: "10.0.0.1/24" has host bits set'],
  },
  'no prefix length': {
    args: ensure('new', '--subnet', '10.0.0.0'),
    says: ['--subnet: "10.0.0.0" has no prefix length'],
  },
  'a subnet that is none': {
    args: ensure('new', '--subnet', '10.0/8'),
    says: ['--subnet: "10.0/8" is no network'],
  },
  loopback: { args: ensure('new', '--subnet', '127.0.0.0/8'), says: ['--subnet: 127.0.0.0/8 holds'] },
  'a gateway outside': {
    args: ensure('new', '--subnet', '10.0.0.0/24', '--gateway', '10.0.1.1'),
    says: ['--gateway: 10.0.1.1 is outside the subnet 10.0.0.0/24'],
  },
  'a gateway that is the network': {
    args: ensure('new', '--subnet', '10.0.0.0/24', '--gateway', '10.0.0.0'),
    says: ['--gateway: 10.0.0.0 is the network address'],
  },
  'a range outside': {
    args: ensure('new', '--subnet', '10.0.0.0/24', '--ip-range', '10.0.1.0/25'),
    says: ['--ip-range: 10.0.1.0/25 is not inside'],
  },
  'a gateway without a subnet': {
    args: ensure('new', '--gateway', '10.0.0.1'),
    says: ['--gateway 10.0.0.1 needs a --subnet'],
  },
  'a gateway in neither subnet': {
    args: ensure(
      'new',
      '--subnet',
      '10.0.0.0/24',
      '--subnet',
      'fd00::/64',
      '--ipv6',
      '--gateway',
      '11.0.0.1',
    ),
    says: ['--gateway 11.0.0.1 is in none of the subnets given'],
  },
  'two gateways in a subnet': {
    args: ensure('new', '--subnet', '10.0.0.0/24', '--gateway', '10.0.0.1', '--gateway', '10.0.0.2'),
    says: ['can have one --gateway only: 10.0.0.1, 10.0.0.2'],
  },
  'an auxiliary address without =': {
    args: ensure('new', '--subnet', '10.0.0.0/24', '--aux-address', '10.0.0.9'),
    says: ['--aux-address 10.0.0.9 should read NAME=ADDRESS'],
  },
  'one name for two auxiliary addresses': {
    args: ensure(
      'new',
      '--subnet',
      '10.0.0.0/24',
      '--aux-address',
      'a=10.0.0.8',
      '--aux-address',
      'a=10.0.0.9',
    ),
    says: ['a is given two addresses, 10.0.0.8 and 10.0.0.9'],
  },
  'two auxiliary names for one address': {
    args: ensure(
      'new',
      '--subnet',
      '10.0.0.0/24',
      '--aux-address',
      'a=10.0.0.9',
      '--aux-address',
      'b=10.0.0.9',
    ),
    says: ['10.0.0.9 is already reserved for "a"'],
  },
  'two IPv4 subnets on a bridge': {
    args: ensure('new', '--subnet', '10.0.0.0/24', '--subnet', '10.1.0.0/24'),
    says: ['a bridge network has only one IPv4 subnet, and 10.0.0.0/24 is given already'],
  },
  'subnets that overlap': {
    args: ensure('new', '-d', 'macvlan', '--subnet', '10.0.0.0/8', '--subnet', '10.1.0.0/24'),
    says: ['10.1.0.0/24 overlaps 10.0.0.0/8 of the same network'],
  },
  'one subnet for two networks': {
    args: ensure('one', 'two', '--subnet', '10.0.0.0/24'),
    says: ['--subnet goes with one network; 2 are named'],
  },
  'no addresses at all': { args: ensure('new', '--no-ipv4'), says: ['--ipv4: without IPv4 and IPv6'] },
  'a label without a key': {
    args: ensure('new', '--label', '=b'),
    says: ['--label =b should read KEY=VALUE'],
  },
  "Fairlead's own label": {
    args: ensure('new', '--label', 'fairlead.managed=false'),
    says: ['is the label Fairlead itself sets'],
  },
  'the driver of another network': { args: ensure('new', '-d', 'host'), says: ['only one "host" network'] },
  'everything at once': {
    args: ensure(
      'a/b',
      '--subnet',
      '10.0.0.0/24',
      '--gateway',
      '10.0.1.1',
      '--ip-range',
      '10.0.1.0/25',
      '--aux-address',
      'x',
      '--label',
      '=b',
      '--opt',
      '=c',
      '--no-ipv4',
    ),
    says: [
      '--aux-address x should read',
      '--opt =c should read',
      '--label =b should read',
      '"a/b"',
      '--ipv4:',
      '--subnet:',
      '--gateway: 10.0.1.1 is outside',
      '--ip-range: 10.0.1.0/25',
    ],
  },
  'a static address that is none': {
    args: ['network', 'connect', 'net', 'web', '--ip', '010.0.0.1'],
    says: ['--ip: 010.0.0.1'],
  },
  'a static address of the other family': {
    args: ['network', 'connect', 'net', 'web', '--ip6', '10.0.0.1'],
    says: ['--ip6: 10.0.0.1 is no IPv6 address'],
  },
};

describe('names and addresses that cannot be', () => {
  const entries = Object.entries(refused);
  // Four at a time: starting the program is what takes the time.
  for (let i = 0; i < entries.length; i += 4) {
    const some = entries.slice(i, i + 4);
    it(`are refused before the engine is asked, with 2: ${some.map(([name]) => name).join(', ')}`, async () => {
      const daemon = new FakeDaemon();
      await withDaemon(daemon, async ({ host }) => {
        const results = await Promise.all(some.map(([, { args }]) => runCli(args, { host })));
        for (const [at, { stdout, stderr, exitCode }] of results.entries()) {
          const [name, { says }] = some[at] ?? ['', { says: [] }];
          expect([exitCode, stdout], `${name}: ${stderr}`).to.deep.equal([2, '']);
          const lines = stderr.trimEnd().split('\n');
          expect(lines[0], name).to.match(/^Error: /);
          expect(
            lines.filter(line => !line.startsWith('  See ')),
            `${name}: ${stderr}`,
          ).to.have.length(name === 'everything at once' ? lines.length : says.length);
          const told = says.filter(part => !lines.some(line => line.includes(part)));
          if (name !== 'everything at once') expect(told, `${name}: ${stderr}`).to.deep.equal([]);
          else expect(says.length - told.length, stderr).to.be.at.least(says.length - 1);
        }
      });
      expect(daemon.calls).to.deep.equal([]);
    });
  }

  it('but a name given twice is one network', async () => {
    const daemon = new FakeDaemon();
    await withDaemon(daemon, async ({ host }) => {
      const { stdout, exitCode } = await runCli(['network', 'ensure', 'new', 'new'], { host });
      expect(exitCode).to.equal(0);
      expect(stdout.trimEnd().split('\n').at(-1)).to.equal('1 created');
    });
    expect(daemon.networks.filter(({ Name }) => Name === 'new')).to.have.length(1);
  });
});
