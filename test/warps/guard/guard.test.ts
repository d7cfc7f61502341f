import { expect } from 'chai';
import { ExitCode } from '../../../src/lib/model/errors.js';
import type { GuardState } from '../../../src/lib/model/guard.js';
import type { HostNetworking } from '../../../src/lib/model/kernel-view.js';
import type { Network } from '../../../src/lib/model/network.js';
import { plannedId } from '../../../src/lib/model/step.js';
import type { World } from '../../../src/lib/model/world.js';
import type { Parties } from '../../../src/lib/warps/guard/guard-on-host.js';
import { planGuard } from '../../../src/lib/warps/guard/guard.js';
import { container, idOf, network, planText, world } from '../../support/world.js';

const vpnNet = network('vpn-net');
const bridge = `br-${vpnNet.id.slice(0, 12)}`;
const vpn = container('vpn', {
  endpoints: [{ networkName: 'vpn-net', networkId: vpnNet.id, ipv4: '10.1.0.2' }],
});
const worker = container('worker', { on: ['vpn-net'] });

function seen(base: World, host: Partial<HostNetworking> = {}): World {
  const interfaces = base.networks.map(({ id }) => `br-${id.slice(0, 12)}`);
  return {
    ...base,
    kernel: {
      host: { interfaces, filtersBridged: true, nameServers: [], ...host },
      namespaces: new Map(),
      holders: new Set(),
    },
  };
}

function inForce(warps: readonly string[], { dropped = 0, on = bridge, whole = true } = {}): GuardState {
  return { whole, bridges: [{ bridge: on, warps, dropped }] };
}

const parties: Parties = {
  warpsOn: ({ name }) => (name === 'vpn-net' ? [vpn] : []),
  isTarget: () => true,
  isUnsure: () => false,
};

describe('the plan of the guard', () => {
  it('writes the table where there is none', () => {
    const plan = planGuard(['vpn-net'], seen(world([vpnNet], [vpn, worker])), parties);
    expect(planText(plan)).to.deep.equal(['guard vpn-net: only warps may send out of vpn-net']);
    expect(plan.steps).to.have.nested.property('[0].guard[0].warps').that.deep.equals(['10.1.0.2']);
  });

  it('lets no warp out that leaves by another network: while it ends it would send on here what it gets', () => {
    const elsewhere = container('vpn', {
      endpoints: [
        ...vpn.endpoints,
        { networkName: 'bridge', networkId: idOf('net bridge'), ipv4: '172.17.0.2' },
      ],
    });
    const plan = planGuard(['vpn-net'], seen(world([vpnNet], [elsewhere, worker])), {
      ...parties,
      warpsOn: () => [elsewhere],
    });
    expect(planText(plan)).to.deep.equal(['guard vpn-net: only warps may send out of vpn-net']);
    expect(plan.steps).to.have.nested.property('[0].guard[0].warps').that.deep.equals([]);
  });

  it('leaves alone what is in force, and tells what it has held back', () => {
    const around = seen(world([vpnNet], [vpn, worker]), { guard: inForce(['10.1.0.2'], { dropped: 7 }) });
    expect(planText(planGuard(['vpn-net'], around, parties))).to.deep.equal([
      'unchanged vpn-net: guarded: only 10.1.0.2 may begin a connection out of it; packets of others held back: 7',
    ]);
  });

  it('writes it anew where the warp has another address, and where somebody changed it', () => {
    const state = { ...inForce(['10.1.0.9']), whole: false };
    const plan = planGuard(['vpn-net'], seen(world([vpnNet], [vpn]), { guard: state }), parties);
    expect(planText(plan)).to.deep.equal([
      'guard vpn-net: the addresses of the warps on vpn-net are others now; the table is not as it was written',
    ]);
    expect(plan.steps).to.have.nested.property('[0].missing[0].name', 'vpn-net');
  });

  it('says that nothing gets out where no warp is left, and that no guard is missing', () => {
    const plan = planGuard(['vpn-net'], seen(world([vpnNet], []), { guard: inForce(['10.1.0.2']) }), {
      ...parties,
      warpsOn: () => [],
    });
    expect(planText(plan)).to.deep.equal([
      'guard vpn-net: no warp runs on vpn-net any more: nothing gets out of it',
    ]);
    expect(plan.steps[0]).not.to.have.property('missing');
  });

  it('names the networks whose guard is not in force', () => {
    const { steps } = planGuard(['vpn-net'], seen(world([vpnNet], [vpn])), parties);
    expect(steps).to.have.deep.nested.property('[0].missing', [{ id: vpnNet.id, name: 'vpn-net' }]);
  });

  it('removes the table when nothing is declared, and does nothing when there is none', () => {
    const around = world([vpnNet], [vpn]);
    const plan = planGuard([], seen(around, { guard: inForce(['10.1.0.2']) }), parties);
    expect(planText(plan)).to.deep.equal(['unguard all networks: no network is guarded any more']);
    expect(planText(planGuard([], seen(around), parties))).to.deep.equal([]);
    expect(planText(planGuard([], around, parties))).to.deep.equal([]);
  });

  it('guards one network no more without touching what is in force for the other', () => {
    const other = network('other');
    const guard = {
      whole: true,
      bridges: [
        ...inForce(['10.1.0.2']).bridges,
        { bridge: `br-${other.id.slice(0, 12)}`, warps: [], dropped: 0 },
      ],
    };
    const plan = planGuard(['vpn-net'], seen(world([vpnNet, other], [vpn]), { guard }), parties);
    expect(planText(plan)).to.deep.equal([
      `guard vpn-net: nothing is guarded on br-${other.id.slice(0, 12)} any more`,
      'unchanged vpn-net: guarded: only 10.1.0.2 may begin a connection out of it',
    ]);
  });

  it('holds everything back while the warp does not run, though it has an address on record', () => {
    const asleep = { ...vpn, state: 'exited' as const };
    const plan = planGuard(['vpn-net'], seen(world([vpnNet], [asleep, worker])), {
      ...parties,
      warpsOn: () => [asleep],
    });
    expect(planText(plan)).to.deep.equal([
      'guard vpn-net: only warps may send out of vpn-net',
      'warning vpn-net: vpn does not run: everything that is sent out of it is held back',
    ]);
    expect(plan.steps).to.have.nested.property('[0].guard[0].warps').that.is.empty;
  });

  it('guards a network that an earlier step makes, by the name its ID will give', () => {
    const planned: Network = { ...network('vpn-net'), id: plannedId('vpn-net'), created: '' };
    const plan = planGuard(['vpn-net'], seen(world([planned], [])), { ...parties, warpsOn: () => [] });
    expect(plan.steps)
      .to.have.nested.property('[0].guard')
      .that.deep.equals([{ network: { name: 'vpn-net' }, warps: [] }]);
  });

  it('plans for the new bridge of a network that is recreated, though the old one is guarded', () => {
    const recreated: Network = { ...vpnNet, created: '' };
    const around = seen(world([recreated], [vpn]), { guard: inForce(['10.1.0.2']) });
    expect(planText(planGuard(['vpn-net'], around, parties))).to.deep.equal([
      `guard vpn-net: only warps may send out of vpn-net; nothing is guarded on ${bridge} any more`,
    ]);
  });

  it('guards both networks of one name', () => {
    const twin = { ...network('vpn-net'), id: idOf('twin') };
    const plan = planGuard(['vpn-net'], seen(world([vpnNet, twin], [])), { ...parties, warpsOn: () => [] });
    expect(plan.steps).to.have.nested.property('[0].guard').with.lengthOf(2);
  });

  it('refuses what is no bridge here, and keeps what is in force for a bridge it does not see', () => {
    const networks = [
      network('lan', { driver: 'macvlan' }),
      network('template', { configOnly: true, driver: 'null' }),
      network('odd', { options: { 'com.docker.network.bridge.name': 'br*' } }),
      vpnNet,
    ];
    const around = seen(world(networks, [vpn]), { interfaces: [], guard: inForce(['10.1.0.2']) });
    expect(planText(planGuard(['lan', 'template', 'odd', 'vpn-net', 'gone'], around, parties))).to.deep.equal(
      [
        'unchanged vpn-net: guarded: only 10.1.0.2 may begin a connection out of it',
        'refused gone: cannot be guarded: it does not exist',
        'refused lan: cannot be guarded: its driver is macvlan, and only what leaves a bridge passes the firewall',
        'refused odd: cannot be guarded: the name of its bridge, br*, fits in no rule',
        'refused template: cannot be guarded: it is config-only, and nothing is ever on it',
        `refused vpn-net: cannot be guarded: its bridge ${bridge} is not in the network namespace that Fairlead runs in`,
      ],
    );
  });

  describe('on Podman', () => {
    const engine = { kind: 'podman', version: '5.4.2', apiVersion: '1.41' } as const;
    const named = network('vpn-net', { options: { 'com.docker.network.bridge.name': 'podman7' } });
    const plan = (of: Network, running: boolean, interfaces: readonly string[]): string[] =>
      planText(
        planGuard(
          ['vpn-net'],
          seen(world([of], running ? [vpn] : [], engine), { interfaces: [...interfaces] }),
          parties,
        ),
      );
    const written = ['guard vpn-net: only warps may send out of vpn-net'];

    it('guards the bridge that Podman tells, also while nobody is on it and it is not there', () => {
      expect(plan(named, true, ['podman7'])).to.deep.equal(written);
      expect(plan(named, false, [])).to.deep.equal(written);
    });

    it('refuses where somebody is on it and its bridge is not to be seen', () => {
      expect(plan(named, true, [])).to.deep.equal([
        'refused vpn-net: cannot be guarded: its bridge podman7 is not in the network namespace that Fairlead runs in',
      ]);
    });

    it('guards no bridge that nobody told', () => {
      expect(plan(vpnNet, true, [bridge])).to.deep.equal([
        'refused vpn-net: cannot be guarded: Podman does not tell its bridge',
      ]);
      expect(plan({ ...vpnNet, created: '' }, false, [])).to.deep.equal([
        'refused vpn-net: cannot be guarded in the pass that makes it: Podman names its bridge only then',
      ]);
    });
  });

  it('takes nothing away and claims nothing where the kernel is out of reach', () => {
    const around: World = {
      ...world([vpnNet], [vpn]),
      kernel: {
        outOfReach: { code: 'remote', why: 'the engine is on another host', hints: [], exit: 1 },
        namespaces: new Map(),
        holders: new Set(),
      },
    };
    expect(planText(planGuard(['vpn-net'], around, parties))).to.deep.equal([
      'refused vpn-net: cannot be guarded: the engine is on another host',
    ]);
  });

  it('is shown from nothing where the rights to look are missing, and warns once', () => {
    const outOfReach = { code: 'x', why: 'Not root.', hints: ['Use sudo.'], exit: ExitCode.privileges };
    const around = {
      ...world([vpnNet, network('other')], [vpn, worker]),
      kernel: { outOfReach, namespaces: new Map(), holders: new Set<string>() },
    };
    expect(planText(planGuard(['vpn-net', 'other'], around, parties))).to.deep.equal([
      'guard other, vpn-net: only warps may send out of other, vpn-net',
      'warning : what is guarded at present could not be read, and is planned as if nothing were: Not root.',
    ]);
    expect(planText(planGuard([], around, parties))).to.deep.equal([]);
  });

  it('names targets that have a way out past the guard', () => {
    const networks = [vpnNet, network('web'), network('inner', { internal: true })];
    const members = [
      vpn,
      container('api', { on: ['vpn-net', 'web'] }),
      container('db', { on: ['vpn-net', 'inner'] }),
      container('proxy', { on: ['web', 'vpn-net'] }),
      container('old', { on: ['vpn-net', 'web'], state: 'exited' }),
    ];
    const around = seen(world(networks, members), { guard: inForce(['10.1.0.2']) });
    const plan = planGuard(['vpn-net'], around, { ...parties, isTarget: ({ name }) => name !== 'proxy' });
    expect(planText(plan)).to.deep.equal([
      'unchanged vpn-net: guarded: only 10.1.0.2 may begin a connection out of it',
      'caveat vpn-net: not guarded on other networks they are on: api; what they send there while they start is not held back',
    ]);
  });

  it('tells of IPv6 that no warp leads out', () => {
    const dual = { ...vpnNet, enableIpv6: true };
    const around = seen(world([dual], [vpn, worker]), { guard: inForce(['10.1.0.2']) });
    expect(planText(planGuard(['vpn-net'], around, parties))).to.include(
      'caveat vpn-net: no warp has an IPv6 address on it: what is sent out of it by IPv6 is held back',
    );
  });
});
