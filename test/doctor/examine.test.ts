import { expect } from 'chai';
import { defaultConfig } from '../../src/lib/config/default-config.js';
import { EngineError } from '../../src/lib/docker/failures/engine-error.js';
import { examine } from '../../src/lib/doctor/examine.js';
import type { Facts } from '../../src/lib/doctor/facts.js';
import { ExitCode } from '../../src/lib/model/errors.js';
import type { HostNetworking, KernelView, OutOfReach } from '../../src/lib/model/kernel-view.js';
import { emptyPlan, type Plan } from '../../src/lib/model/plan.js';
import type { World } from '../../src/lib/model/world.js';
import { journalFailure } from '../../src/lib/reconcile/journal/journal-failure.js';
import { warpDeclaration } from '../../src/lib/warps/routes/declaration.js';
import { container, network, world } from '../support/world.js';
import { facts, url } from './facts.js';

const base = defaultConfig();
const empty = world([], []);

function engine(seen: Partial<World>, plan: Plan = emptyPlan): Facts['engine'] {
  return { url, world: { ...empty, ...seen }, plan };
}

function kernel(view: Partial<KernelView>): KernelView {
  return { namespaces: new Map(), holders: new Set(), ...view };
}

const host: HostNetworking = { interfaces: ['lo'], filtersBridged: false, nameServers: [] };

const outOfReach = (code: string, why: string, hint: string, exit: OutOfReach['exit']): Partial<World> => ({
  kernel: kernel({ outOfReach: { code, why, hints: [hint], exit } }),
});

const away = new EngineError('Cannot reach the engine: there is no such socket.', {
  failure: 'unreachable',
  hints: ['Start it.'],
});

const viaNobody = warpDeclaration({
  ...base,
  warp: { ...base.warp, routes: [{ target: { names: ['worker'] }, via: 'vpm' }] },
});

const watch = (pid: number, config = '/etc/fairlead/fairlead.yaml', of = url) => ({
  pid,
  config,
  engine: of,
});

/** What is said where one thing is otherwise than where all is well. */
const cases: readonly (readonly [what: string, given: Facts, said: readonly string[]])[] = [
  ['all is well', facts(), []],
  [
    'there is no config',
    facts({ config: { warnings: [] } }),
    ['note config there is none: nothing is declared | Write one: fairlead init'],
  ],
  [
    'the config is doubtful',
    facts({
      config: { file: 'f.yaml', warnings: ['f.yaml:1:1: warning: odd', 'f.yaml:2:1: warning: odder'] },
    }),
    ['note config f.yaml:1:1: warning: odd', 'note config f.yaml:2:1: warning: odder'],
  ],
  [
    'the engine is away',
    facts({ engine: { url, failure: away } }),
    ['problem engine Cannot reach the engine: there is no such socket. | Start it.'],
  ],
  [
    'an old engine has proxies',
    facts({
      engine: engine({ engine: { kind: 'docker', version: '20.10.24', apiVersion: '1.41' } }),
      proxies: true,
    }),
    [
      'note joins this engine knows no gateway priorities: some joins and leaves cut client connections | Docker ' +
        'Engine 28.0 or later. Until then every such join is announced; on_gateway_move: skip leaves them out.',
    ],
  ],
  [
    'an old engine has none',
    facts({ engine: engine({ engine: { kind: 'docker', version: '20.10.24', apiVersion: '1.41' } }) }),
    [],
  ],
  [
    'Podman is older than what is tried',
    facts({ engine: engine({ engine: { kind: 'podman', version: '4.9.3', apiVersion: '1.41' } }) }),
    [
      'note engine Podman 4.9.3, API 1.41: older than what Fairlead is tried on | Podman 5.4 and later, or Docker ' +
        'Engine 20.10 and later.',
    ],
  ],
  [
    'rights are missing, or ip and nsenter',
    facts({
      engine: engine(
        outOfReach('privileges', 'Warps need rights: CAP_NET_ADMIN.', 'sudo', ExitCode.privileges),
      ),
    }),
    ['problem warps Warps need rights: CAP_NET_ADMIN. | sudo'],
  ],
  [
    'the engine is on another host',
    facts({
      engine: engine(outOfReach('remote-engine', 'It is on another host.', 'Go there.', ExitCode.failed), {
        steps: [],
        // The plan says it once more.
        findings: [{ find: 'warning', job: 'warps', reason: 'could not be read: It is on another host.' }],
      }),
    }),
    ['problem warps It is on another host. | Go there.'],
  ],
  [
    'nft is missing',
    facts({ engine: engine({ kernel: kernel({ host: { ...host, lacksNft: true } }) }), guarded: ['work'] }),
    [
      'problem nftables nft is missing: no guard, no NAT and no published ports of targets without it | Install ' +
        'nftables: apt-get install nftables',
    ],
  ],
  [
    'a guard is yet to be set, which the plan does',
    facts({
      engine: engine(
        { networks: [network('work')], kernel: kernel({ host }) },
        {
          steps: [{ do: 'set-guard', job: 'warps', guard: [], reason: 'not in force' }],
          findings: [],
        },
      ),
      guarded: ['work'],
    }),
    ['note guard not in force for work yet | Put it in force: fairlead apply'],
  ],
  [
    'a network has drifted',
    facts({
      engine: engine(
        {},
        {
          steps: [],
          findings: [
            { find: 'drift', job: 'networks', network: 'shop', reason: 'differs', hints: ['Mend.'] },
          ],
        },
      ),
    }),
    ['note networks: shop differs | Mend.'],
  ],
  [
    'a guard is not in force',
    facts({
      engine: engine({ networks: [network('work')], kernel: kernel({ host }) }),
      guarded: ['work'],
    }),
    ['problem guard not in force for work | Put it in force: fairlead apply'],
  ],
  [
    'a warp is not there, and the kernel is not at hand',
    facts({
      engine: engine({
        containers: [container('vpn'), container('api', { labels: { 'fairlead.warp': 'tor' } })],
      }),
      warps: viaNobody,
    }),
    [
      'problem warps there is no container vpm, which warp.routes[0] routes through | Did you mean vpn? | Until ' +
        'there is one, nothing gets out that is routed through it.',
      'problem warps there is no container tor, which label fairlead.warp=tor of api routes through | Until there ' +
        'is one, nothing gets out that is routed through it.',
    ],
  ],
  [
    'the state folder cannot be written',
    facts({ state: { folder: '/srv/s', writable: false, unfinished: [] } }),
    [
      'problem state /srv/s cannot be written: networks cannot be recreated | Run Fairlead as the user whose folder ' +
        'it is, or with sudo.',
    ],
  ],
  [
    'the journal cannot be read',
    facts({
      state: {
        folder: '/srv/s',
        writable: true,
        unfinished: [],
        unread: journalFailure('read', '/srv/s/recreate-1.json', new Error('not JSON')),
      },
    }),
    [
      'problem state Could not read the journal /srv/s/recreate-1.json: not JSON | It says who was on a network that ' +
        'was being recreated: look into it, put them back, then remove it.',
    ],
  ],
  [
    'a recreation was interrupted',
    facts({ state: { folder: '/srv/s', writable: true, unfinished: ['db'] } }),
    ['problem state the recreation of db was interrupted | Finish it: fairlead network ensure db --recreate'],
  ],
  ['one watch runs, and one of another engine', facts({ watches: [watch(1), watch(2, 'b', 'tcp://b')] }), []],
  [
    'two watches keep the engine as one config says',
    facts({ watches: [watch(1), watch(2)] }),
    [
      'note watch 2 watches keep this engine: pid 1 (/etc/fairlead/fairlead.yaml), pid 2 ' +
        '(/etc/fairlead/fairlead.yaml) | Stop all but one: one config describes one host.',
    ],
  ],
  [
    'two watches keep an engine that is away as different configs say',
    facts({ engine: { url, failure: away }, watches: [watch(1), watch(2, '/b.yaml')] }),
    [
      'problem engine Cannot reach the engine: there is no such socket. | Start it.',
      'problem watch 2 watches keep this engine: pid 1 (/etc/fairlead/fairlead.yaml), pid 2 (/b.yaml) | Stop all ' +
        'but one: one config describes one host.',
    ],
  ],
  [
    'a plan warns and refuses',
    facts({
      engine: engine(
        {},
        {
          steps: [],
          findings: [
            { find: 'unchanged', job: 'networks', network: 'a', reason: 'exists' },
            { find: 'refused', job: 'networks', network: 'b', reason: 'absent', hints: ['make it'] },
            { find: 'caveat', job: 'warps', container: 'x', reason: 'leaks' },
            { find: 'caveat', job: 'warps', container: 'y', reason: 'leaks' },
          ],
        },
      ),
    }),
    ['problem networks: b absent | make it', 'note warps: x, y leaks'],
  ],
];

describe('A check-up', () => {
  for (const [what, given, said] of cases) {
    it(`${said.length === 0 ? 'finds nothing' : 'says so, with the fix,'} where ${what}`, () => {
      const found = examine(given).filter(({ verdict }) => verdict !== 'ok');
      expect(
        found.map(({ verdict, subject, says, fixes }) =>
          [`${verdict} ${subject} ${says}`, ...fixes].join(' | '),
        ),
      ).to.deep.equal(said);
    });
  }

  it('says of what is well what it is', () => {
    const seen = engine({ kernel: kernel({ host, namespaces: new Map([['a', { read: 'gone' }]]) }) });
    expect(examine(facts({ engine: seen })).map(({ subject, says }) => `${subject} ${says}`)).to.deep.equal([
      'config fairlead.yaml',
      `engine Docker Engine ${empty.engine.version}, API ${empty.engine.apiVersion}`,
      'warps rights and tools are there; 1 namespace was read',
      'state /var/lib/fairlead',
    ]);
  });
});
