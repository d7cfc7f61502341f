import { expect } from 'chai';
import { ExitCode } from '../../../src/lib/model/errors.js';
import type { World } from '../../../src/lib/model/world.js';
import { classify } from '../../../src/lib/warps/routes/classify.js';
import { type WarpDeclaration, withCommandRoutes } from '../../../src/lib/warps/routes/declaration.js';
import { bridge, declared, kernelWorld, placed, type PlacedSketch } from '../scenes.js';

const label = { 'fairlead.warp': 'vpn' };
const net = bridge('net', '10.7.0.0/24');
const vpn = (sketch: PlacedSketch = {}): ReturnType<typeof placed> =>
  placed('vpn', { at: { net: '10.7.0.2' }, ...sketch });
const worker = (sketch: PlacedSketch = {}): ReturnType<typeof placed> =>
  placed('worker', { at: { net: '10.7.0.3' }, labels: label, ...sketch });

/** Every judgement as a line, which is what is compared here. */
function judged(seen: World, declaration: WarpDeclaration = declared()): string[] {
  return classify(declaration, seen).flatMap(({ owner, routes, says, verdict }) => {
    if (verdict.is === 'idle') return [`${owner.name} idle: ${verdict.reason}`];
    if (verdict.is === 'refused')
      return verdict.refusals.map(
        ({ reason }) => `${owner.name} refused (${verdict.shut.size > 0 ? 'close' : 'keep'}): ${reason}`,
      );
    const ways = routes.map(({ warp, passage, closed }) =>
      passage ? `${warp.name} on ${passage.network.name}` : `${warp.name} closed (${closed ?? ''})`,
    );
    return [`${owner.name} → ${ways.join(', ')}: ${says}`];
  });
}

describe('Of targets that labels declare', () => {
  it('one is routed through the warp of its label, on the network they share', () => {
    expect(judged(kernelWorld([net, 'other'], [vpn(), worker()]))).to.deep.equal([
      'worker → vpn on net: label fairlead.warp=vpn',
    ]);
  });

  const cases: readonly [
    name: string,
    warp: PlacedSketch | undefined,
    target: PlacedSketch,
    expected: string,
  ][] = [
    [
      'one whose warp does not run is closed',
      { state: 'exited', at: { net: '' }, pid: 0 },
      {},
      'worker → vpn closed (its warp vpn does not run): label fairlead.warp=vpn',
    ],
    [
      'one whose warp restarts is closed',
      { state: 'restarting', at: { net: '' }, pid: 0 },
      {},
      'worker → vpn closed (its warp vpn is restarting): label fairlead.warp=vpn',
    ],
    [
      'one whose warp has no address yet is closed',
      { at: { net: '' } },
      {},
      'worker → vpn closed (its warp vpn has no address on net yet): label fairlead.warp=vpn',
    ],
    [
      'one whose warp does not exist is closed',
      undefined,
      {},
      'worker → vpn closed (there is no container vpn): label fairlead.warp=vpn',
    ],
    [
      'one that does not run has nothing to route',
      {},
      { state: 'exited', pid: 0 },
      'worker idle: not running (exited)',
    ],
    [
      'one in the host’s network is refused',
      {},
      { networkMode: { kind: 'host' }, at: {} },
      "worker refused (keep): in the host's own network: Fairlead changes no routing there",
    ],
    [
      'one that cannot be read is refused',
      {},
      { unreadable: 'engine says no' },
      'worker refused (keep): could not be read: engine says no',
    ],
    [
      'one that shares no network with its warp is refused',
      { at: { other: '10.8.0.2' } },
      {},
      'worker refused (close): shares no network with its warp vpn',
    ],
    [
      'one whose warp is in the host’s network is refused',
      { networkMode: { kind: 'host' }, at: {} },
      {},
      "worker refused (close): its warp vpn is in the host's own network and has no address beside it",
    ],
    [
      'one that is its own warp is refused',
      {},
      { labels: { 'fairlead.warp': 'worker' } },
      'worker refused (close): is its own warp',
    ],
    [
      'one in the namespace of its warp is refused',
      {},
      { networkMode: { kind: 'container', of: 'vpn' }, at: {} },
      'vpn refused (close): is in the same network namespace as its warp vpn',
    ],
    [
      'one whose label asks for a network they do not share is refused',
      {},
      { labels: { ...label, 'fairlead.warp.network': 'other' } },
      'worker refused (close): does not share the network other with its warp vpn',
    ],
  ];
  for (const [name, warp, target, expected] of cases) {
    it(name, () => {
      const containers = [...(warp ? [vpn(warp)] : []), worker(target)];
      expect(judged(kernelWorld([net, 'other'], containers))).to.deep.equal([expected]);
    });
  }

  for (const value of ['', '$(reboot)', 'vpn\nrule add', '--help', 'a b', 'vpn;reboot']) {
    it(`a value that is no name is refused: ${JSON.stringify(value)}`, () => {
      const [line, ...others] = judged(
        kernelWorld([net], [vpn(), worker({ labels: { 'fairlead.warp': value } })]),
      );
      expect(others).to.deep.equal([]);
      expect(line).to.match(/^worker refused \(keep\): label fairlead\.warp=.* names no container$/);
    });
  }

  it('a network label that is no name is refused', () => {
    const labels = { ...label, 'fairlead.warp.network': '-rf /' };
    expect(judged(kernelWorld([net], [vpn(), worker({ labels })]))).to.deep.equal([
      'worker refused (keep): label fairlead.warp.network=-rf / names no network',
    ]);
  });
});

describe('Of the networks that target and warp share', () => {
  const both = { a: '10.1.0.2', b: '10.2.0.2' };
  const other = { a: '10.1.0.3', b: '10.2.0.3' };
  const networks = [bridge('a', '10.1.0.0/24'), bridge('b', '10.2.0.0/24')];

  it('several without a preference are refused, all named', () => {
    const [target] = classify(declared(), kernelWorld(networks, [vpn({ at: both }), worker({ at: other })]));
    expect(target?.verdict).to.deep.include({
      refusals: [
        {
          reason: 'shares several networks with its warp vpn: a, b',
          hints: [
            'Say which one: --network by hand, network beside via in the config, or the label fairlead.warp.network.',
          ],
          ambiguous: true,
        },
      ],
    });
  });

  it('none is refused, with where both are', () => {
    const seen = kernelWorld(networks, [vpn({ at: { a: '10.1.0.2' } }), worker({ at: { b: '10.2.0.3' } })]);
    const [target] = classify(declared(), seen);
    expect(target?.verdict).to.have.nested.property('refusals[0].hints[0]', 'worker is on b; vpn is on a');
  });

  it('the target’s label decides before that of the warp', () => {
    const labelled = { ...label, 'fairlead.warp.network': 'b' };
    const seen = kernelWorld(networks, [
      vpn({ at: both, labels: { 'fairlead.warp.network': 'a' } }),
      worker({ at: other, labels: labelled }),
      placed('plain', { at: { a: '10.1.0.4', b: '10.2.0.4' }, labels: label }),
    ]);
    expect(judged(seen)).to.deep.equal([
      'worker → vpn on b: label fairlead.warp=vpn',
      'plain → vpn on a: label fairlead.warp=vpn',
    ]);
  });

  it('a Compose file’s own name of a network stands for that of the project', () => {
    const at = { shop_vpn: '10.1.0.2', b: '10.2.0.2' };
    const labels = { ...label, 'fairlead.warp.network': 'vpn', 'com.docker.compose.project': 'shop' };
    const seen = kernelWorld(
      [bridge('shop_vpn', '10.1.0.0/24'), 'b'],
      [vpn({ at }), worker({ at: { shop_vpn: '10.1.0.3', b: '10.2.0.3' }, labels })],
    );
    expect(judged(seen)).to.deep.equal(['worker → vpn on shop_vpn: label fairlead.warp=vpn']);
  });

  const unfit: readonly [name: string, settings: Parameters<typeof bridge>[2], why: string][] = [
    [
      'with enable_icc off',
      { options: { 'com.docker.network.bridge.enable_icc': 'false' } },
      'one with enable_icc off, so that no packet reaches another container on it',
    ],
    [
      'of overlay',
      { driver: 'overlay', scope: 'swarm' },
      'an overlay network, on which the engine itself decides what goes where',
    ],
    [
      'of ipvlan in layer 3',
      { driver: 'ipvlan', options: { ipvlan_mode: 'l3' } },
      'ipvlan in mode l3, in which containers have no neighbours',
    ],
  ];
  for (const [name, settings, why] of unfit) {
    it(`one ${name} is refused, and not counted where there is another`, () => {
      const unusable = bridge('a', '10.1.0.0/24', settings);
      const alone = [vpn({ at: { a: '10.1.0.2' } }), worker({ at: { a: '10.1.0.3' } })];
      expect(judged(kernelWorld([unusable], alone))).to.deep.equal([
        `worker refused (close): cannot reach its warp vpn on a: that is ${why}`,
      ]);
      const beside = kernelWorld([unusable, 'b'], [vpn({ at: both }), worker({ at: other })]);
      expect(judged(beside)).to.deep.equal(['worker → vpn on b: label fairlead.warp=vpn']);
    });
  }

  it('macvlan and the second layer of ipvlan do', () => {
    for (const driver of ['macvlan', 'ipvlan']) {
      const fit = bridge('a', '10.1.0.0/24', { driver });
      const seen = kernelWorld([fit], [vpn({ at: { a: '10.1.0.2' } }), worker({ at: { a: '10.1.0.3' } })]);
      expect(judged(seen)).to.deep.equal(['worker → vpn on a: label fairlead.warp=vpn']);
    }
  });
});

describe('Of the routes that a config declares', () => {
  const plain = worker({ labels: {} });

  it('each names its targets by a selector, and says by which entry it means them', () => {
    const routes = [
      { target: { names: ['work*'] }, via: 'vpn', rules: ['10.0.0.0/8 tcp 80-443'] },
      { target: { env: ['TOR=1'] }, via: 'tor', rules: ['198.18.0.0/15'] },
    ];
    const tor = placed('tor', { at: { net: '10.7.0.9' } });
    const seen = kernelWorld([net], [vpn(), tor, worker({ labels: {}, env: { TOR: '1' } })]);
    expect(judged(seen, declared({ routes }))).to.deep.equal([
      'worker → vpn on net, tor on net: warp.routes[0] (worker), warp.routes[1] (TOR=1)',
    ]);
  });

  it('one whose selector would take an environment that cannot be read is refused', () => {
    const routes = [{ target: { env: ['TOR=1'] }, via: 'vpn' }];
    const seen = kernelWorld([net], [vpn(), worker({ labels: {}, unreadable: 'engine says no' })]);
    expect(judged(seen, declared({ routes }))).to.deep.equal([
      'worker refused (keep): could not tell whether warp.routes[0] means it: engine says no',
    ]);
  });

  it('the same traffic through two warps is refused', () => {
    const routes = [
      { target: { names: ['worker'] }, via: 'vpn', rules: ['10.0.0.0/8 tcp 443'] },
      { target: { names: ['worker'] }, via: 'tor', rules: ['10.0.0.0/8 tcp 80,443'] },
    ];
    const tor = placed('tor', { at: { net: '10.7.0.9' } });
    expect(judged(kernelWorld([net], [vpn(), tor, plain]), declared({ routes }))).to.deep.equal([
      'worker refused (keep): 10.0.0.0/8 tcp 443 would be routed through vpn and through tor',
    ]);
  });

  it('the same warp by label and config is one route, with the rules of both', () => {
    const routes = [{ target: { names: ['worker'] }, via: 'vpn', rules: ['198.18.0.0/15', '::/0'] }];
    const [target] = classify(declared({ routes }), kernelWorld([net], [vpn(), worker()]));
    expect(target?.routes.map(({ rules }) => rules.map(({ to }) => to.text))).to.deep.equal([
      ['0.0.0.0/0', '::/0', '198.18.0.0/15'],
    ]);
  });

  const lockouts: readonly [rule: string, why: string][] = [
    ['10.7.0.0/24', 'the rule 10.7.0.0/24 is the subnet of its own network net'],
    [
      '10.7.0.128/25 tcp',
      'the rule 10.7.0.128/25 tcp is inside 10.7.0.0/24, the subnet of its own network net',
    ],
    ['10.7.0.2/32', 'the rule 10.7.0.2/32 is the address of the warp itself'],
  ];
  for (const [rule, why] of lockouts) {
    it(`a rule that would lock the target out is refused: ${rule}`, () => {
      const routes = [{ target: { names: ['worker'] }, via: 'vpn', rules: [rule] }];
      expect(judged(kernelWorld([net], [vpn(), plain]), declared({ routes }))).to.deep.equal([
        `worker refused (keep): ${why}`,
      ]);
    });
  }

  it('a rule that merely contains the target’s subnet is none', () => {
    const routes = [{ target: { names: ['worker'] }, via: 'vpn', rules: ['10.0.0.0/8'] }];
    expect(judged(kernelWorld([net], [vpn(), plain]), declared({ routes }))).to.deep.equal([
      'worker → vpn on net: warp.routes[0] (worker)',
    ]);
  });

  it('the key of a network is read as the network’s name', () => {
    const both = { net: '10.7.0.2', 'my-vpn': '10.8.0.2' };
    const routes = [{ target: { names: ['worker'] }, via: 'vpn', network: 'my-vpn' }];
    const seen = kernelWorld(
      [net, 'my-vpn'],
      [vpn({ at: both }), worker({ labels: {}, at: { net: '10.7.0.3', 'my-vpn': '10.8.0.3' } })],
    );
    expect(judged(seen, declared({ routes }))).to.deep.equal([
      'worker → vpn on my-vpn: warp.routes[0] (worker)',
    ]);
  });
});

describe('Of routes in a circle', () => {
  const through = (via: string): PlacedSketch => ({ labels: { 'fairlead.warp': via } });
  const at = (host: number): { net: string } => ({ net: `10.7.0.${String(host)}` });

  it('all that are on it are refused, and who is routed into it is not', () => {
    const seen = kernelWorld(
      [net],
      [
        placed('a', { at: at(2), ...through('b') }),
        placed('b', { at: at(3), ...through('a') }),
        placed('c', { at: at(4), ...through('a') }),
      ],
    );
    expect(judged(seen)).to.deep.equal([
      'a refused (close): would be routed in a circle: a → b → a',
      'b refused (close): would be routed in a circle: b → a → b',
      'c → a on net: label fairlead.warp=a',
    ]);
  });

  it('a circle is also one that leads through a shared namespace', () => {
    const seen = kernelWorld(
      [net],
      [
        placed('a', { at: at(2), ...through('b') }),
        placed('b', { at: at(3) }),
        placed('beside-b', { networkMode: { kind: 'container', of: 'b' }, ...through('a') }),
      ],
    );
    expect(judged(seen)).to.deep.equal([
      'a refused (close): would be routed in a circle: a → b → a',
      'b refused (close): would be routed in a circle: b → a → b',
    ]);
  });

  it('several hops are none', () => {
    const seen = kernelWorld(
      [net],
      [
        placed('app', { at: at(2), ...through('vpn1') }),
        placed('vpn1', { at: at(3), ...through('vpn2') }),
        placed('vpn2', { at: at(4) }),
      ],
    );
    expect(judged(seen)).to.deep.equal([
      'app → vpn1 on net: label fairlead.warp=vpn1',
      'vpn1 → vpn2 on net: label fairlead.warp=vpn2',
    ]);
  });
});

describe('Of containers that share a namespace', () => {
  const beside = (name: string, labels: Record<string, string>): ReturnType<typeof placed> =>
    placed(name, { networkMode: { kind: 'container', of: 'worker' }, labels });

  it('the owner is routed, once', () => {
    const seen = kernelWorld(
      [net],
      [vpn(), worker({ labels: {} }), beside('side', label), beside('too', label)],
    );
    expect(judged(seen)).to.deep.equal([
      'worker → vpn on net: label fairlead.warp=vpn of side, label fairlead.warp=vpn of too',
    ]);
  });

  it('two that ask for different routes are refused, both named', () => {
    const tor = placed('tor', { at: { net: '10.7.0.9' } });
    const seen = kernelWorld([net], [vpn(), tor, worker(), beside('side', { 'fairlead.warp': 'tor' })]);
    expect(judged(seen)[0]).to.equal(
      'worker refused (keep): worker and side are both in the namespace of worker and ask for different routes',
    );
  });

  it('one whose owner is gone has no network to route', () => {
    const seen = kernelWorld([net], [vpn(), beside('side', label)]);
    expect(judged(seen)).to.deep.equal([
      'side refused (keep): shares the network of container worker, which is not there',
    ]);
  });

  it('a warp in another one’s namespace is reached at that one’s address', () => {
    const proxy = placed('mitm', { networkMode: { kind: 'container', of: 'vpn' } });
    const [target] = classify(
      declared(),
      kernelWorld([net], [vpn(), proxy, worker({ labels: { 'fairlead.warp': 'mitm' } })]),
    );
    expect(target?.routes[0]?.warp).to.deep.equal({ id: vpn().id, name: 'mitm' });
    expect(target?.routes[0]?.passage?.ipv4).to.equal('10.7.0.2');
  });
});

describe('Of routes on the command line', () => {
  it('a target and a warp may be named by the beginning of an ID', () => {
    const declaration = withCommandRoutes(declared(), {
      targets: [worker().id.slice(0, 20)],
      via: vpn().id.slice(0, 20),
      rules: ['198.18.0.0/15'],
    });
    expect(judged(kernelWorld([net], [vpn(), worker({ labels: {} })]), declaration)).to.deep.equal([
      'worker → vpn on net: as asked',
    ]);
  });

  it('a rule that cannot be read is wrong usage', () => {
    const request = { targets: ['worker'], via: 'vpn', rules: ['10.0.0.1/8'] };
    expect(() => withCommandRoutes(declared(), request)).to.throw(
      '"10.0.0.1/8" has a destination that has host bits set; the network is 10.0.0.0/8.',
    );
  });

  it('what labels declare already is not routed twice', () => {
    const declaration = withCommandRoutes(declared(), {
      targets: ['worker'],
      via: 'vpn',
      rules: ['0.0.0.0/0', '198.18.0.0/15'],
    });
    const [target] = classify(declaration, kernelWorld([net], [vpn(), worker()]));
    expect(
      target?.routes.map(({ origin, rules }) => [origin, ...rules.map(({ to }) => to.text)]),
    ).to.deep.equal([
      ['label', '0.0.0.0/0', '::/0'],
      ['command', '198.18.0.0/15'],
    ]);
  });
});

describe('Where the kernel is out of reach', () => {
  const away = (exit: ExitCode) => ({
    outOfReach: { code: 'x', why: 'The engine is on another host.', hints: ['Go there.'], exit },
  });

  it('because it is another host’s, targets are refused', () => {
    expect(judged(kernelWorld([net], [vpn(), worker()], away(ExitCode.failed)))).to.deep.equal([
      'worker refused (keep): The engine is on another host.',
    ]);
  });

  it('because rights are missing, they are judged all the same', () => {
    expect(judged(kernelWorld([net], [vpn(), worker()], away(ExitCode.privileges)))).to.deep.equal([
      'worker → vpn on net: label fairlead.warp=vpn',
    ]);
  });
});
