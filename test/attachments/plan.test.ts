import { expect } from 'chai';
import { planAttachments } from '../../src/lib/attachments/plan.js';
import { plannedId } from '../../src/lib/model/step.js';
import { type ContainerSketch, container, engines, idOf, network, world } from '../support/world.js';
import { attach, composeLabels, own, rule, service } from './scenes.js';

const shared = rule('shared', { labels: ['com.damp.service'] }, 'damp-network');
const mysql = (sketch: ContainerSketch = {}): ReturnType<typeof container> =>
  container('mysql', { labels: { 'com.damp.service': 'mysql' }, ...sketch });
const asked = 'rule shared (com.damp.service=mysql)';
const attached = { on: ['bridge', 'damp-network'], settings: { 'damp-network': own() } };
const unwanted = 'attached by Fairlead, and no rule asks for it any more';

describe('The plan for attachments', () => {
  describe('connects what a rule means', () => {
    it('in addition to its own network, at the lowest gateway priority, with its mark', () => {
      const plan = planAttachments([shared], world(['damp-network'], [mysql()]));
      expect(plan.steps).to.deep.equal([
        {
          do: 'connect',
          job: 'attachments',
          network: { id: idOf('net damp-network'), name: 'damp-network' },
          container: { id: idOf('ctr mysql'), name: 'mysql' },
          endpoint: { driverOptions: { 'fairlead.owner': 'attachment' }, gatewayPriority: -1 },
          reason: asked,
        },
      ]);
    });

    it('without a priority on an engine that has none', () => {
      expect(attach([shared], world(['damp-network'], [mysql()], engines['26.1']))).to.deep.equal([
        `connect mysql → damp-network: ${asked}`,
      ]);
    });

    for (const state of ['running', 'paused', 'created', 'exited'] as const) {
      it(`while it is ${state}`, () => {
        expect(attach([shared], world(['damp-network'], [mysql({ state })]))[0]).to.equal(
          `connect mysql → damp-network [priority -1]: ${asked}`,
        );
      });
    }

    it('to a network that an earlier step of the same plan creates', () => {
      const planned = network('damp-network', { id: plannedId('damp-network') });
      const [step] = planAttachments([shared], world([planned], [mysql()])).steps;
      expect(step).to.have.deep.property('network', { name: 'damp-network' });
    });

    it('to each network of a rule, and for each rule that means it', () => {
      const rules = [
        shared,
        rule('domain', { labels: ['app.domain'] }, 'front', 'back'),
        rule('env', { env: ['STAGE=test'] }, 'test-net'),
      ];
      const labels = { 'com.damp.service': 'mysql', 'app.domain': 'a.dev' };
      const seen = world(
        ['damp-network', 'front', 'back', 'test-net'],
        [mysql({ labels, env: { STAGE: 'test' } })],
      );
      expect(attach(rules, seen)).to.deep.equal([
        `connect mysql → damp-network [priority -1]: ${asked}`,
        'connect mysql → front [priority -1]: rule domain (app.domain=a.dev)',
        'connect mysql → back [priority -1]: rule domain (app.domain=a.dev)',
        'connect mysql → test-net [priority -1]: rule env (STAGE=test)',
      ]);
    });

    it('once where several rules ask for the same network, with the aliases of all', () => {
      const rules = [
        rule('one', { names: ['mysql'] }, { network: 'damp-network', aliases: ['db', 'sql'] }),
        rule('two', { names: ['my*'] }, { network: 'damp-network', aliases: ['db', 'store'] }),
      ];
      expect(attach(rules, world(['damp-network'], [mysql()]))).to.deep.equal([
        'connect mysql → damp-network (as db, as sql, as store) [priority -1]: rule one (mysql) and 1 more',
      ]);
    });

    it('with the addresses that are declared for it', () => {
      const fixed = rule(
        'fixed',
        { names: ['mysql'] },
        { network: 'lan', ipv4: '10.9.0.5', ipv6: 'FD00::5' },
      );
      const lan = network('lan', {
        enableIpv6: true,
        ipam: { driver: 'default', options: {}, pools: [{ subnet: '10.9.0.0/24' }, { subnet: 'fd00::/64' }] },
      });
      expect(attach([fixed], world([lan], [mysql()], engines['29.4.1']))).to.deep.equal([
        'connect mysql → lan (10.9.0.5, FD00::5) [priority -1]: rule fixed (mysql)',
      ]);
    });

    it('and nothing else', () => {
      const seen = world(['damp-network'], [container('other'), mysql({ labels: { 'com.other': '1' } })]);
      expect(attach([shared], seen)).to.deep.equal([
        'unmatched : no container matches rule shared (labels: com.damp.service)',
      ]);
    });
  });

  describe('for the services of an app', () => {
    const rules = [service('api', 'shop_back', 'shop_front'), service('db', 'shop_back')];
    const networks = ['shop_back', 'shop_front', 'shop_default'];
    const api = (sketch: ContainerSketch = {}): ReturnType<typeof container> =>
      container('shop-api-1', { on: ['shop_default'], labels: composeLabels('api'), ...sketch });

    it('finds them by their Compose labels and gives them the name of the service', () => {
      const plan = planAttachments(rules, world(networks, [api()]));
      expect(attach(rules, world(networks, [api()]))).to.deep.equal([
        'connect shop-api-1 → shop_back (as api) [priority -1]: service api of app shop (com.docker.compose.service=api)',
        'connect shop-api-1 → shop_front (as api) [priority -1]: service api of app shop (com.docker.compose.service=api)',
      ]);
      expect(plan.steps[0]).to.have.deep.nested.property('endpoint.driverOptions', {
        'fairlead.owner': 'app',
      });
    });

    it('finds them by Fairlead’s labels', () => {
      const labels = { 'fairlead.app': 'shop', 'fairlead.service': 'db' };
      expect(attach(rules, world(networks, [api({ labels })]))).to.deep.equal([
        'connect shop-api-1 → shop_back (as db) [priority -1]: service db of app shop (fairlead.service=db)',
      ]);
    });

    it('not in another project, and not by half a pair of labels', () => {
      for (const labels of [
        composeLabels('api', 'blog'),
        { 'com.docker.compose.service': 'api' },
        { 'com.docker.compose.project': 'shop', 'fairlead.service': 'api' },
        composeLabels('ap*'),
      ]) {
        expect(attach(rules, world(networks, [api({ labels })]))).to.deep.equal([]);
      }
    });

    it('connects a one-off of Compose, which must not answer to the service’s name', () => {
      const labels = { ...composeLabels('db'), 'com.docker.compose.oneoff': 'True' };
      expect(attach(rules, world(networks, [api({ labels })]))).to.deep.equal([
        'connect shop-api-1 → shop_back [priority -1]: service db of app shop (com.docker.compose.service=db)',
      ]);
    });

    it('points out one that is on the default bridge too', () => {
      const seen = world(networks, [
        container('db', {
          on: ['bridge', 'shop_back'],
          labels: composeLabels('db'),
          settings: { shop_back: own({ aliases: ['db'] }, 'app') },
        }),
      ]);
      expect(attach(rules, seen)).to.deep.equal([
        'unchanged db on shop_back: connected already, as declared',
        'warning db on bridge: db is also on the default bridge, where every container there reaches it: isolation is not as declared',
      ]);
    });

    it('and says nothing of that bridge for a mere attachment', () => {
      expect(attach([shared], world(['damp-network'], [mysql()]))).to.have.length(1);
    });

    it('keeps the mark of whoever attached it where app and rule both ask', () => {
      const both = [...rules, rule('all', { names: ['*'] }, 'shop_back')];
      const seen = world(networks, [
        api({
          labels: composeLabels('db'),
          on: ['shop_default', 'shop_back'],
          settings: { shop_back: own({ aliases: ['db'] }) },
        }),
      ]);
      expect(attach(both, seen)).to.deep.equal([
        'unchanged shop-api-1 on shop_back: connected already, as declared',
      ]);
    });
  });

  describe('undoes what Fairlead attached', () => {
    it('when no rule means the container any more', () => {
      const seen = world(['damp-network'], [mysql({ ...attached, labels: {} })]);
      expect(attach([shared], seen)).to.deep.equal([
        `disconnect mysql ← damp-network: ${unwanted}`,
        'unmatched : no container matches rule shared (labels: com.damp.service)',
      ]);
    });

    it('when the config drops the rule, or the network from it', () => {
      const seen = world(['damp-network', 'other'], [mysql(attached)]);
      expect(attach([], seen)).to.deep.equal([`disconnect mysql ← damp-network: ${unwanted}`]);
      expect(attach([rule('moved', { names: ['mysql'] }, 'other')], seen)).to.deep.equal([
        'connect mysql → other [priority -1]: rule moved (mysql)',
        `disconnect mysql ← damp-network: ${unwanted}`,
      ]);
    });

    it('for an app just so', () => {
      const settings = { 'damp-network': own({ aliases: ['db'] }, 'app') };
      expect(attach([], world(['damp-network'], [mysql({ ...attached, settings })]))).to.deep.equal([
        `disconnect mysql ← damp-network: ${unwanted}`,
      ]);
    });

    it('of a stopped container too', () => {
      for (const state of ['exited', 'created', 'paused'] as const) {
        expect(attach([], world(['damp-network'], [mysql({ ...attached, state })]))).to.have.length(1);
      }
    });

    const keeps: readonly [name: string, sketch: ContainerSketch, expected: string[]][] = [
      ['what a person or Compose connected', { on: ['bridge', 'damp-network'] }, []],
      ['what a proxy joined', { joined: ['damp-network'] }, []],
      ['its home network', { on: ['damp-network'], settings: { 'damp-network': own() } }, []],
      [
        'its home network, where it was created on the ID',
        { ...attached, networkMode: { kind: 'network', network: idOf('net damp-network') } },
        [],
      ],
      [
        'its last network',
        { ...attached, on: ['damp-network'], networkMode: { kind: 'network', network: 'left' } },
        ['kept mysql on damp-network: its last network'],
      ],
      [
        'what it could not read',
        { on: ['bridge', 'damp-network'], unreadable: 'timed out' },
        ['kept mysql on damp-network: could not read who attached it: timed out'],
      ],
      [
        'a container between two runs of a restart loop',
        { ...attached, state: 'restarting' },
        ['kept mysql on damp-network: in a restart loop: the engine cannot disconnect it between two runs'],
      ],
      ['a container that is being removed', { ...attached, state: 'removing' }, []],
    ];
    for (const [name, sketch, expected] of keeps) {
      it(`and never touches ${name}`, () => {
        expect(attach([], world(['damp-network'], [mysql({ labels: {}, ...sketch })]))).to.deep.equal(
          expected,
        );
      });
    }

    it('and leaves the last network for another one', () => {
      const sketch = {
        ...attached,
        on: ['damp-network'],
        networkMode: { kind: 'network', network: 'left' },
      } as const;
      const seen = world(['damp-network', 'other'], [mysql(sketch)]);
      expect(attach([rule('moved', { names: ['mysql'] }, 'other')], seen)).to.deep.equal([
        'connect mysql → other [priority -1]: rule moved (mysql)',
        `disconnect mysql ← damp-network: ${unwanted}`,
        'warning mysql on damp-network: leaving damp-network moves its default route from damp-network to other',
      ]);
    });
  });

  describe('leaves alone what is as declared', () => {
    it('whoever connected it', () => {
      for (const sketch of [attached, { on: ['bridge', 'damp-network'] }, { on: ['damp-network'] }]) {
        expect(attach([shared], world(['damp-network'], [mysql(sketch)]))).to.deep.equal([
          'unchanged mysql on damp-network: connected already',
        ]);
      }
    });

    it('and needs no inspect for it where nothing more is declared', () => {
      const seen = world(
        ['damp-network'],
        [mysql({ on: ['bridge', 'damp-network'], unreadable: 'gone mad' })],
      );
      expect(attach([shared], seen)).to.deep.equal(['unchanged mysql on damp-network: connected already']);
    });

    it('a container that was connected before its first start: its entry has no ID yet', () => {
      const endpoints = [{ networkName: 'bridge' }, { networkName: 'damp-network' }];
      const seen = world(['damp-network'], [mysql({ ...attached, state: 'created', endpoints })]);
      expect(attach([shared], seen)).to.deep.equal(['unchanged mysql on damp-network: connected already']);
      expect(attach([], seen)).to.deep.equal([`disconnect mysql ← damp-network: ${unwanted}`]);
    });

    it('addresses however they are written', () => {
      const fixed = rule('fixed', { names: ['mysql'] }, { network: 'damp-network', ipv6: 'FD00:0::5' });
      const settings = { 'damp-network': own({ ipv6: 'fd00::5' }) };
      expect(attach([fixed], world(['damp-network'], [mysql({ ...attached, settings })]))).to.deep.equal([
        'unchanged mysql on damp-network: connected already, as declared',
      ]);
    });
  });

  describe('shows an alias or address that is not as declared', () => {
    const named = rule('named', { names: ['mysql'] }, { network: 'damp-network', aliases: ['db', 'sql'] });
    const half = { ...attached, settings: { 'damp-network': own({ aliases: ['db'] }) } };

    it('and does not cut the connections of a running container for it', () => {
      const plan = planAttachments([named], world(['damp-network'], [mysql(half)]));
      expect(plan).to.deep.equal({
        steps: [],
        findings: [
          {
            find: 'drift',
            job: 'attachments',
            container: 'mysql',
            network: 'damp-network',
            reason:
              'connected otherwise than declared; a change takes a disconnect, which cuts its connections',
            drift: [{ field: 'alias', declared: 'sql', actual: '(none)' }],
          },
        ],
      });
    });

    it('unless it is told to, and says so before', () => {
      expect(attach([named], world(['damp-network'], [mysql(half)]), { mendEndpoints: true })).to.deep.equal([
        'disconnect mysql ← damp-network: to connect it again with alias sql',
        'connect mysql → damp-network (as db, as sql) [priority -1]: rule named (mysql)',
        'warning mysql on damp-network: mysql is taken off damp-network and put back, which cuts its connections there',
      ]);
    });

    it('and tells where published ports are cut as well', () => {
      const seen = world(
        ['damp-network', 'zoo'],
        [mysql({ ...half, on: ['zoo', 'damp-network'] })],
        engines['20.10'],
      );
      expect(attach([named], seen, { mendEndpoints: true })).to.include(
        'warning mysql on damp-network: mysql is taken off damp-network and put back, ' +
          'which cuts its connections there and through its published ports',
      );
    });

    it('and reconnects a stopped container at once: nothing is cut, and a plain connect would do nothing', () => {
      for (const state of ['exited', 'created'] as const) {
        expect(attach([named], world(['damp-network'], [mysql({ ...half, state })]))).to.deep.equal([
          'disconnect mysql ← damp-network: to connect it again with alias sql',
          'connect mysql → damp-network (as db, as sql) [priority -1]: rule named (mysql)',
        ]);
      }
    });

    it('and leaves what somebody else connected as it is', () => {
      const seen = world(['damp-network'], [mysql({ on: ['bridge', 'damp-network'] })]);
      const { steps, findings } = planAttachments([named], seen, { mendEndpoints: true });
      expect(steps).to.deep.equal([]);
      expect(findings[0]).to.include({
        find: 'drift',
        reason: 'connected otherwise than declared, and not by Fairlead, which leaves it so',
      });
      expect(findings[0]?.hints).to.deep.equal([
        'Disconnect it, and it is attached as declared: fairlead network disconnect damp-network mysql',
      ]);
    });

    it('and never takes a container off its home, whatever the mark there', () => {
      const home = { on: ['damp-network'], settings: { 'damp-network': own() } };
      for (const state of ['running', 'exited'] as const) {
        const seen = world(['damp-network'], [mysql({ ...home, state })]);
        expect(attach([named], seen, { mendEndpoints: true })).to.deep.equal([
          'drift mysql on damp-network: connected otherwise than declared, to its home network, which is never touched',
        ]);
      }
    });

    it('and keeps what could not be read', () => {
      const seen = world(
        ['damp-network'],
        [mysql({ on: ['bridge', 'damp-network'], unreadable: 'timed out' })],
      );
      expect(attach([named], seen, { mendEndpoints: true })).to.deep.equal([
        'kept mysql on damp-network: connected already; with which settings could not be read: timed out',
      ]);
    });

    it('and takes further aliases for nothing', () => {
      const settings = { 'damp-network': own({ aliases: ['sql', 'more', 'db', 'hostname'] }) };
      expect(attach([named], world(['damp-network'], [mysql({ ...attached, settings })]))).to.deep.equal([
        'unchanged mysql on damp-network: connected already, as declared',
      ]);
    });
  });

  describe('refuses, once and with the names,', () => {
    const cases: readonly [name: string, networks: Parameters<typeof world>[0], expected: string][] = [
      ['a network that is not there', [], 'there is no network of this name'],
      [
        'one whose name is only similar',
        ['damp-network2', 'Damp-Network'],
        'there is no network of this name',
      ],
      [
        'a swarm network that is not attachable',
        [network('damp-network', { driver: 'overlay', scope: 'swarm' })],
        'it is a swarm network and not attachable',
      ],
      [
        'a config-only network',
        [network('damp-network', { configOnly: true, driver: 'null' })],
        'it is a definition for other networks only (config-only)',
      ],
      [
        'a name that stands for two',
        [network('damp-network'), network('damp-network', { id: idOf('twin') })],
        'the name stands for 2 networks',
      ],
      [
        'swarm’s own network',
        [network('damp-network', { ingress: true, driver: 'overlay', scope: 'swarm' })],
        'it belongs to the engine itself',
      ],
    ];
    for (const [name, networks, expected] of cases) {
      it(name, () => {
        const two = container('redis', { labels: { 'com.damp.service': 'redis' } });
        expect(attach([shared], world(networks, [mysql(), two]))).to.deep.equal([
          `refused damp-network: ${expected}: mysql and 1 more cannot be attached`,
        ]);
      });
    }

    it('the engine’s own networks, gwbridge too, though it looks like any bridge', () => {
      for (const name of ['docker_gwbridge', 'host', 'none']) {
        const lines = attach([rule('bad', { names: ['mysql'] }, name)], world([network(name)], [mysql()]));
        expect(lines).to.deep.equal([
          `refused ${name}: it belongs to the engine itself: mysql cannot be attached`,
        ]);
      }
    });

    it('and takes an attachable swarm network', () => {
      const overlay = network('damp-network', { driver: 'overlay', scope: 'swarm', attachable: true });
      expect(attach([shared], world([overlay], [mysql()]))[0]).to.match(/^connect/);
    });
  });

  describe('explains why it does nothing for', () => {
    const cases: readonly [name: string, sketch: ContainerSketch, expected: string | undefined][] = [
      [
        'a container in host mode',
        { networkMode: { kind: 'host' }, on: ['host'] },
        'ignored mysql on damp-network: in host mode: it reaches every bridge network from the host and joins none',
      ],
      [
        'one with network mode none',
        { networkMode: { kind: 'none' }, on: ['none'] },
        'ignored mysql on damp-network: created with network mode none, which the engine lets join no network',
      ],
      [
        'one that shares another’s network',
        { networkMode: { kind: 'container', of: idOf('ctr vpn') }, on: [] },
        'ignored mysql on damp-network: shares the network of container vpn, whose networks count',
      ],
      [
        'one that shares the network of a container that is on it',
        { networkMode: { kind: 'container', of: 'member' }, on: [] },
        'ignored mysql on damp-network: shares the network of container member, which is on it',
      ],
      [
        'one in a restart loop',
        { state: 'restarting' },
        'refused mysql on damp-network: in a restart loop: the engine cannot connect it between two runs',
      ],
      ['one that is being removed', { state: 'removing' }, undefined],
      ['one that is dead', { state: 'dead' }, undefined],
    ];
    for (const [name, sketch, expected] of cases) {
      it(name, () => {
        const others = [container('vpn'), container('member', { on: ['damp-network'] })];
        const lines = attach([shared], world(['damp-network'], [mysql(sketch), ...others]));
        expect(lines).to.deep.equal(expected === undefined ? [] : [expected]);
      });
    }

    it('one of which it cannot tell whether it is meant', () => {
      const byEnv = rule('env', { env: ['STAGE'] }, 'damp-network');
      const off = world(['damp-network'], [mysql({ unreadable: 'timed out' })]);
      expect(attach([byEnv], off)).to.deep.equal([
        'refused mysql on damp-network: could not tell whether rule env means it: timed out',
      ]);
      const on = world(
        ['damp-network'],
        [mysql({ on: ['bridge', 'damp-network'], unreadable: 'timed out' })],
      );
      expect(attach([byEnv], on)).to.deep.equal([
        'kept mysql on damp-network: could not tell whether rule env means it: timed out',
      ]);
    });

    it('a reverse proxy, which joins what it routes to by itself', () => {
      const proxies = new Set([idOf('ctr mysql')]);
      expect(attach([shared], world(['damp-network'], [mysql()]), { proxies })).to.deep.equal([
        'ignored mysql on damp-network: a reverse proxy: it joins the networks it routes to, and no rule attaches it',
      ]);
      expect(attach([shared], world(['damp-network'], [mysql(attached)]), { proxies })).to.deep.equal([
        'unchanged mysql on damp-network: connected already',
      ]);
      expect(attach([], world(['damp-network'], [mysql(attached)]), { proxies })).to.deep.equal([
        `disconnect mysql ← damp-network: ${unwanted}`,
      ]);
    });
  });

  describe('checks a fixed address before the engine is asked:', () => {
    const pools = [
      { subnet: '10.9.0.0/24', gateway: '10.9.0.1', auxAddresses: { router: '10.9.0.9' } },
      { subnet: 'fd00::/64' },
    ];
    const lan = network('lan', { ipam: { driver: 'default', options: {}, pools } });
    const fixed = (ipv4: string): ReturnType<typeof rule> =>
      rule('fixed', { names: ['mysql'] }, { network: 'lan', ipv4 });
    const onLan = (name: string, sketch: ContainerSketch = {}, ipv4?: string): ReturnType<typeof container> =>
      container(name, {
        endpoints: [{ networkName: 'lan', networkId: idOf('net lan'), ...(ipv4 !== undefined && { ipv4 }) }],
        ...sketch,
      });

    const cases: readonly [name: string, ipv4: string, reason: string][] = [
      ['outside the subnet', '10.8.0.5', "10.8.0.5 is outside lan's subnet 10.9.0.0/24"],
      ['the gateway', '10.9.0.1', '10.9.0.1 is the gateway of lan'],
      ['an auxiliary address', '10.9.0.9', '10.9.0.9 is kept for router in lan (auxiliary address)'],
      ['the network’s own', '10.9.0.0', "10.9.0.0 is no host's address in 10.9.0.0/24"],
      ['the broadcast address', '10.9.0.255', "10.9.0.255 is no host's address in 10.9.0.0/24"],
      ['held by a running member', '10.9.0.20', '10.9.0.20 is held by taker'],
      ['held by a stopped member', '10.9.0.30', '10.9.0.30 is held by sleeper'],
      ['no address', '10.9.0', '10.9.0 is no IP address'],
      ['of the other family', 'fd00::5', 'fd00::5 is no IPv4 address'],
    ];
    for (const [name, ipv4, reason] of cases) {
      it(name, () => {
        const members = [
          onLan('taker', {}, '10.9.0.20'),
          onLan('sleeper', { state: 'exited', settings: { lan: { ipv4: '10.9.0.30' } } }),
        ];
        expect(attach([fixed(ipv4)], world([lan], [mysql(), ...members]))).to.deep.equal([
          `refused mysql on lan: ${reason}`,
        ]);
      });
    }

    it('IPv6 where the network has none', () => {
      const six = rule('six', { names: ['mysql'] }, { network: 'lan', ipv6: 'fd00::5' });
      expect(attach([six], world([lan], [mysql()]))).to.deep.equal([
        'refused mysql on lan: fd00::5 cannot be given: lan has no configured IPv6 subnet',
      ]);
    });

    it('any where the network to be created has no subnet of its own', () => {
      const planned = network('lan', { id: plannedId('lan') });
      expect(attach([fixed('10.9.0.5')], world([planned], [mysql()]))).to.deep.equal([
        'refused mysql on lan: 10.9.0.5 cannot be given: lan has no configured IPv4 subnet',
      ]);
    });

    it('none where it takes its subnets from a config-only network and is yet to be created', () => {
      const planned = network('lan', { id: plannedId('lan'), configFrom: 'template' });
      expect(attach([fixed('10.9.0.5')], world([planned], [mysql()]))[0]).to.match(/^connect/);
    });

    it('the first of the range where the engine does not tell the gateway it chose', () => {
      const range = [{ subnet: '10.9.0.5/24', ipRange: '10.9.0.128/25' }];
      for (const [pool, gateway] of [
        [[{ subnet: '10.9.0.0/24' }], '10.9.0.1'],
        [range, '10.9.0.128'],
      ] as const) {
        const quiet = network('lan', { ipam: { driver: 'default', options: {}, pools: pool } });
        expect(attach([fixed(gateway)], world([quiet], [mysql()]))).to.deep.equal([
          `refused mysql on lan: ${gateway} is the gateway of lan`,
        ]);
      }
    });

    it('a rule that means more than one container', () => {
      const many = rule('many', { names: ['my*'] }, { network: 'lan', ipv4: '10.9.0.5' });
      expect(attach([many], world([lan], [mysql(), container('my2')]))).to.deep.equal([
        'refused mysql on lan: only one container can have 10.9.0.5, and rule many means mysql and 1 more',
        'refused my2 on lan: only one container can have 10.9.0.5, and rule many means mysql and 1 more',
      ]);
      expect(attach([many], world([lan], [mysql(), container('my2', { state: 'removing' })]))[0]).to.match(
        /^connect mysql/,
      );
    });

    it('two rules that disagree', () => {
      expect(attach([fixed('10.9.0.5'), fixed('10.9.0.6')], world([lan], [mysql()]))).to.deep.equal([
        'refused mysql on lan: two rules ask for different addresses, 10.9.0.5 and 10.9.0.6',
      ]);
    });

    it('two rules that give one address to two containers: the first has it', () => {
      const other = rule('other', { names: ['redis'] }, { network: 'lan', ipv4: '10.9.0.5' });
      expect(attach([fixed('10.9.0.5'), other], world([lan], [mysql(), container('redis')]))).to.deep.equal([
        'connect mysql → lan (10.9.0.5) [priority -1]: rule fixed (mysql)',
        'refused redis on lan: 10.9.0.5 is declared for mysql as well',
      ]);
    });

    it('and has it given up by an own endpoint that goes anyway, before it is taken', () => {
      const leaver = container('old', {
        endpoints: [
          { networkName: 'bridge', networkId: idOf('net bridge') },
          { networkName: 'lan', networkId: idOf('net lan'), ipv4: '10.9.0.5' },
        ],
        settings: { lan: own({ ipv4: '10.9.0.5' }) },
      });
      expect(attach([fixed('10.9.0.5')], world([lan], [mysql(), leaver]))).to.deep.equal([
        `disconnect old ← lan: ${unwanted}`,
        'connect mysql → lan (10.9.0.5) [priority -1]: rule fixed (mysql)',
      ]);
    });

    it('and lets two stopped containers change places', () => {
      const swap = (name: string, ipv4: string): ReturnType<typeof container> =>
        container(name, { state: 'exited', on: ['bridge', 'lan'], settings: { lan: own({ ipv4 }) } });
      const rules = [
        rule('a', { names: ['a'] }, { network: 'lan', ipv4: '10.9.0.6' }),
        rule('b', { names: ['b'] }, { network: 'lan', ipv4: '10.9.0.5' }),
      ];
      expect(attach(rules, world([lan], [swap('a', '10.9.0.5'), swap('b', '10.9.0.6')]))).to.deep.equal([
        'disconnect a ← lan: to connect it again with ip 10.9.0.6',
        'disconnect b ← lan: to connect it again with ip 10.9.0.5',
        'connect a → lan (10.9.0.6) [priority -1]: rule a (a)',
        'connect b → lan (10.9.0.5) [priority -1]: rule b (b)',
      ]);
    });

    it('and connects those with an address before those that get any', () => {
      const all = rule('all', { names: ['any', 'mysql'] }, 'lan');
      expect(
        attach([all, fixed('10.9.0.5')], world([lan], [container('any'), mysql()])).map(
          line => line.split(' ')[1],
        ),
      ).to.deep.equal(['mysql', 'any']);
    });
  });

  describe('warns before', () => {
    const ports = [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }];
    const early = rule('early', { names: ['mysql'] }, 'alpha');

    it('it moves the default route and the published ports, on engines without priorities', () => {
      const seen = world(['alpha'], [mysql({ ports })], engines['20.10']);
      expect(attach([early], seen)).to.deep.equal([
        'connect mysql → alpha: rule early (mysql)',
        'warning mysql on alpha: joining alpha moves its default route and published ports from bridge to alpha: ' +
          'open connections through its published ports will be cut',
      ]);
      expect(attach([early], world(['alpha'], [mysql({ ports })]))).to.have.length(1);
      expect(
        attach([early], world(['alpha'], [mysql({ state: 'created' })], engines['20.10'])),
      ).to.have.length(1);
    });

    it('Traefik will not notice, for what runs already', () => {
      const labels = { 'com.damp.service': 'mysql', 'traefik.http.routers.a.rule': 'Host(`a`)' };
      const late =
        'warning damp-network: mysql is running already: Traefik looks again only at the next container start or stop';
      expect(attach([shared], world(['damp-network'], [mysql({ labels })]))[1]).to.equal(late);
      for (const sketch of [
        { labels, state: 'created' },
        { labels: { ...labels, 'traefik.enable': 'false' } },
        { labels, ...attached },
      ] as const) {
        const lines = attach([shared], world(['damp-network'], [mysql(sketch)]));
        expect(lines.filter(line => line.startsWith('warning'))).to.deep.equal([]);
      }
    });
  });

  describe('mends what keeps a stopped container from starting:', () => {
    const gone = { networkName: 'damp-network', networkId: idOf('net removed') };
    const bridge = { networkName: 'bridge', networkId: idOf('net bridge') };
    const stale = { ...attached, state: 'exited', endpoints: [bridge, gone] } as const;

    it('an own entry for a network that is gone and was made again', () => {
      expect(attach([shared], world(['damp-network'], [mysql(stale)]))).to.deep.equal([
        'disconnect mysql ← damp-network [stale]: its entry refers to a network of this name that is gone',
        `connect mysql → damp-network [priority -1]: ${asked}`,
      ]);
    });

    it('one for a network that is gone, whether it is asked for or not', () => {
      const heal =
        'disconnect mysql ← damp-network [stale]: the network it refers to is gone, and with it the container cannot start';
      expect(attach([], world([], [mysql(stale)]))).to.deep.equal([heal]);
      expect(attach([shared], world([], [mysql(stale)]))).to.deep.equal([
        heal,
        'refused damp-network: there is no network of this name: mysql cannot be attached',
      ]);
    });

    it('but not somebody else’s, which it tells how to mend', () => {
      const seen = world(['damp-network'], [mysql({ ...stale, settings: {} })]);
      const { steps, findings } = planAttachments([shared], seen);
      expect(steps).to.deep.equal([]);
      expect(findings[0]).to.deep.include({
        find: 'refused',
        reason: 'refers to a network of this name that is gone, and cannot start; not attached by Fairlead',
        hints: ['To mend it: fairlead network connect damp-network mysql'],
      });
    });

    it('and not one that runs: it is on another network of the same name', () => {
      expect(
        attach([shared], world(['damp-network'], [mysql({ ...stale, state: 'running' })])),
      ).to.deep.equal([
        'refused mysql on damp-network: on another network of the same name, and a container can be on one only',
      ]);
      expect(attach([], world([], [mysql({ ...stale, state: 'running' })]))).to.deep.equal([]);
    });
  });
});
