import { expect } from 'chai';
import type { ContainerProcess, NamespaceState } from '../../src/lib/model/namespace.js';
import type { Family, PolicyRoute, PolicyRule, RoutingChange } from '../../src/lib/model/routing.js';
import type { Kernel } from '../../src/lib/netns/kernel.js';
import { KernelError } from '../../src/lib/netns/kernel-error.js';
import { localKernel } from '../../src/lib/netns/local-kernel.js';
import { runContainer } from './containers.js';
import { startEngine } from './private-engine.js';
import type { PrivateEngine } from './private-engine.js';
import { oldestAndNewest } from './releases.js';
import { runCommand } from './run-command.js';

interface Inspection {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly Pid: number; readonly StartedAt: string };
  readonly NetworkSettings: {
    readonly Networks: Record<string, { IPAddress: string; GlobalIPv6Address: string; MacAddress: string }>;
  };
}

const families: readonly Family[] = ['ipv4', 'ipv6'];
const table = 21_400_007;
const backstop = (family: Family): PolicyRoute => ({
  ...{ type: 'unreachable', family, table },
  metric: 4_294_967_295,
});

/** As a plan for a target of one warp has it: every kind of rule there is. */
function rulesOf(family: Family): PolicyRule[] {
  const to = (index: number): string =>
    family === 'ipv4' ? `11.${String(index)}.0.0/16` : `fd10:${String(index)}::/32`;
  return [
    { family, priority: 10_000, mark: { value: 0xd6000000, mask: 0xff000000 }, table: 254 },
    { family, priority: 10_001, table: 254, suppressPrefixLength: 0 },
    { family, priority: 10_010, to: to(1), table: 254 },
    { family, priority: 10_110, to: to(2), protocol: 'tcp', ports: { first: 80, last: 443 }, table },
    { family, priority: 10_111, to: to(2), protocol: 'udp', ports: { first: 53, last: 53 }, table },
    { family, priority: 10_112, to: to(3), protocol: 'icmp', table },
    { family, priority: 10_113, table },
  ];
}

async function failureOf(result: Promise<unknown>): Promise<KernelError> {
  const error = await result.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof KernelError) return error;
  throw new Error(`it did not fail as it should: ${String(error)}`);
}

for (const release of oldestAndNewest) {
  describe(`The namespaces of containers of engine ${release}`, () => {
    let engine: PrivateEngine;
    let kernel: Kernel;
    let ran: string[];

    async function inspect(name: string): Promise<Inspection> {
      return engine.api<Inspection>('GET', `/containers/${name}/json`);
    }

    async function processOf(name: string): Promise<ContainerProcess> {
      const { Id, Name, State } = await inspect(name);
      return { id: Id, name: Name.slice(1), pid: State.Pid, startedAt: State.StartedAt };
    }

    const confirm = (name: string) => (): Promise<ContainerProcess> => processOf(name);

    async function stateOf(name: string): Promise<NamespaceState> {
      const reading = await kernel.readNamespace(await processOf(name), { warpSide: false });
      if (reading.read !== 'state') throw new Error(`${name} could not be read: ${reading.read}`);
      return reading.state;
    }

    async function change(name: string, ...changes: RoutingChange[]): Promise<void> {
      await kernel.changeRouting(await processOf(name), changes, confirm(name));
    }

    /** All of a namespace's policy routing, as a person would look at it. */
    async function inNamespace(name: string, ...command: string[]): Promise<string> {
      const { pid } = await processOf(name);
      return runCommand('nsenter', [`--net=/proc/${String(pid)}/ns/net`, '--', ...command], {
        env: engine.env,
      });
    }

    async function allRouting(name: string): Promise<string> {
      const texts = await Promise.all(
        ['-4', '-6'].flatMap(family => [
          inNamespace(name, 'ip', family, 'rule', 'show'),
          inNamespace(name, 'ip', family, 'route', 'show', 'table', 'all'),
        ]),
      );
      // IPv6's own come by themselves once an interface's address is no longer tentative.
      const lines = texts
        .join('\n')
        .split('\n')
        .filter(line => !/fe80::|ff00::|^local /.test(line));
      return [...lines, await inNamespace(name, 'nft', 'list', 'ruleset')].join('\n');
    }

    before(async () => {
      engine = await startEngine({ release });
      kernel = localKernel({
        ...(engine.env['PATH'] !== undefined && { path: engine.env['PATH'] }),
        observe: run => (invocation, signal) => {
          ran.push([invocation.tool, invocation.args.at(-1)].join(' '));
          return run(invocation, signal);
        },
      });
    });

    after(() => engine.stop());

    beforeEach(async () => {
      ran = [];
      await engine.reset();
      await engine.api('POST', '/networks/create', {
        ...{ Name: 'shared', CheckDuplicate: true, EnableIPv6: true },
        IPAM: { Driver: 'default', Config: [{ Subnet: '172.31.7.0/24' }, { Subnet: 'fd00:7::/64' }] },
      });
      await runContainer(engine, { name: 'target', network: 'shared' });
      await runContainer(engine, { name: 'warp', network: 'shared' });
    });

    async function via(family: Family): Promise<PolicyRoute> {
      const { IPAddress, GlobalIPv6Address } = (await inspect('warp')).NetworkSettings.Networks['shared'] ?? {
        ...{ IPAddress: '', GlobalIPv6Address: '' },
      };
      const gateway = family === 'ipv4' ? IPAddress : GlobalIPv6Address;
      return { type: 'via', family, table, gateway, device: 'eth0', metric: 77 };
    }

    async function wholeRouting(): Promise<RoutingChange[]> {
      return [
        ...families.map(family => ({ change: 'set-route', route: backstop(family) }) as const),
        ...families.flatMap(rulesOf).map(rule => ({ change: 'add-rule', rule }) as const),
        { change: 'set-replies', replies: { gatewayMacs: ['02:42:ac:1f:07:03', '02:42:ac:1f:07:09'] } },
        ...(await Promise.all(families.map(via))).map(route => ({ change: 'set-route', route }) as const),
      ];
    }

    const noRoutingAgain: RoutingChange[] = [
      { change: 'clear-replies' },
      ...families.flatMap(rulesOf).map(rule => ({ change: 'delete-rule', rule }) as const),
    ];

    it('are read as they were written, with interfaces and switches', async () => {
      await kernel.check();
      await change('target', ...(await wholeRouting()));
      const state = await stateOf('target');
      expect(state.routing.rules).to.deep.equal(families.flatMap(rulesOf));
      const vias = await Promise.all(families.map(via));
      expect(state.routing.routes).to.deep.equal([vias[0], backstop('ipv4'), vias[1], backstop('ipv6')]);
      expect(state.routing.replies).to.deep.equal({
        gatewayMacs: ['02:42:ac:1f:07:03', '02:42:ac:1f:07:09'],
      });
      const { IPAddress, MacAddress } = (await inspect('target')).NetworkSettings.Networks['shared'] ?? {
        ...{ IPAddress: '', MacAddress: '' },
      };
      const eth0 = state.links.find(({ name }) => name === 'eth0');
      expect(eth0).to.deep.include({ kind: 'veth', mac: MacAddress });
      expect(eth0?.addresses).to.include(IPAddress);
      await inNamespace('target', 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.eth0.rp_filter=1');
      expect((await stateOf('target')).sysctls).to.include({ ipv4Forwarding: true, reversePathFilter: 1 });
    });

    it('are left as they were once all of it is taken back, with all that is others’', async () => {
      for (const line of [
        '-4 rule add priority 10001 lookup main suppress_prefixlength 0',
        '-4 rule add priority 9000 protocol 77 to 11.2.0.0/16 lookup 21400007',
        '-6 rule add priority 10113 lookup 21400007',
        '-4 route add 10.99.0.0/16 via 172.31.7.1 table 21400007',
        '-4 route add default via 172.31.7.1 metric 900 protocol 77',
        '-6 route add unreachable fd99::/16 table 500 protocol 77',
      ]) {
        await inNamespace('target', 'ip', ...line.split(' '));
      }
      await inNamespace('target', 'nft', 'add table inet fairlead_others');
      const before = await allRouting('target');
      await change('target', ...(await wholeRouting()));
      expect(await allRouting('target')).to.not.equal(before);
      expect((await stateOf('target')).routing.rules).to.have.lengthOf(14);
      const vias = await Promise.all(families.map(via));
      const routes = [...vias, backstop('ipv6'), backstop('ipv4')];
      await change(
        'target',
        ...noRoutingAgain,
        ...routes.map(route => ({ change: 'delete-route', route }) as const),
      );
      expect(await allRouting('target')).to.equal(before);
      expect((await stateOf('target')).routing).to.deep.equal({ rules: [], routes: [] });
    });

    it('are held by those in whose namespace anything of ours is', async () => {
      await runContainer(engine, { name: 'sharer', network: 'container:target' });
      expect([...(await kernel.findHolders())]).to.not.include((await inspect('target')).Id);
      await change('target', { change: 'set-route', route: backstop('ipv4') });
      const holders = await kernel.findHolders();
      expect(holders).to.include((await inspect('target')).Id);
      expect(holders).to.include((await inspect('sharer')).Id);
      expect(holders).to.not.include((await inspect('warp')).Id);
      expect((await stateOf('sharer')).inode).to.equal((await stateOf('target')).inode);
    });

    it('are held by a warp with NAT of ours, until it is taken back', async () => {
      const warp = await processOf('warp');
      const holds = async (): Promise<boolean> => (await kernel.findHolders()).has(warp.id);
      const look = async (): Promise<NamespaceState | undefined> => {
        const reading = await kernel.readNamespace(warp, { warpSide: true });
        return reading.read === 'state' ? reading.state : undefined;
      };
      const before = await look();
      const nat = { targets: ['11.0.0.9'] };
      await kernel.setNat(warp, nat, confirm('warp'));
      expect(await holds()).to.equal(true);
      const there = await look();
      expect(there?.warpSide?.nat).to.deep.equal(nat);
      // What tells of it is no routing: nobody takes it for something that is left over.
      expect(there?.routing).to.deep.equal(before?.routing);
      await kernel.setNat(warp, undefined, confirm('warp'));
      expect(await holds()).to.equal(false);
      expect(await look()).to.deep.equal(before);
    });

    it('take three processes to read and one a family to change', async () => {
      await kernel.check();
      ran = [];
      await stateOf('target');
      expect(ran.filter(each => each === 'ip -')).to.have.lengthOf(2);
      expect(ran).to.have.lengthOf(3);
      ran = [];
      const rules = families.flatMap(rulesOf);
      await change(
        'target',
        ...families.map(family => ({ change: 'set-route', route: backstop(family) }) as const),
        ...rules.map(rule => ({ change: 'add-rule', rule }) as const),
      );
      expect(ran).to.deep.equal(['ip -', 'ip -']);
      ran = [];
      await change('target', { change: 'set-replies', replies: { gatewayMacs: [] } });
      await stateOf('target');
      // Looked at, written, and read again.
      expect(ran.filter(each => each.startsWith('nft'))).to.have.lengthOf(3);
      expect(ran).to.have.lengthOf(6);
    });

    it('keep what was done before a change that fails, and say which one it was', async () => {
      const [first, second, third] = rulesOf('ipv4');
      if (!first || !second || !third) throw new Error('too few rules');
      await change('target', { change: 'add-rule', rule: second });
      const error = await failureOf(
        change('target', ...[first, second, third].map(rule => ({ change: 'add-rule', rule }) as const)),
      );
      expect(error).to.include({ failure: 'conflict', exit: 1 });
      expect(error.message)
        .to.include('container target')
        .and.include('priority 10001 ')
        .and.include('already');
      expect((await stateOf('target')).routing.rules).to.deep.equal([first, second]);
    });

    it('are not changed at all where one of the changes cannot be written', async () => {
      const before = await allRouting('target');
      const hostile = {
        ...backstop('ipv6'),
        type: 'via',
        gateway: 'fd00:7::3',
        device: 'eth0\nrule flush',
      } as const;
      const error = await failureOf(
        change(
          'target',
          { change: 'set-route', route: backstop('ipv4') },
          { change: 'set-route', route: hostile },
        ),
      );
      expect(error.failure).to.equal('refused');
      expect(await allRouting('target')).to.equal(before);
    });

    it('refuse a gateway that is on no network of theirs', async () => {
      for (const [family, gateway] of [
        ['ipv4', '198.18.3.3'],
        ['ipv6', 'fd77::3'],
      ] as const) {
        const route: PolicyRoute = { type: 'via', family, table, gateway, device: 'eth0', metric: 7 };
        const error = await failureOf(change('target', { change: 'set-route', route }));
        expect(error.failure).to.equal('refused');
        expect(error.message).to.include(gateway).and.include('cannot be reached');
      }
    });

    it('say of what is there no more that it is somebody else’s doing', async () => {
      const [rule] = rulesOf('ipv4');
      if (!rule) throw new Error('no rule');
      for (const each of [
        { change: 'delete-rule', rule },
        { change: 'delete-route', route: backstop('ipv4') },
        { change: 'delete-route', route: backstop('ipv6') },
      ] as const) {
        expect(await failureOf(change('target', each))).to.include({ failure: 'conflict' });
      }
    });

    it('are replaced in place where only the gateway changes', async () => {
      const route = (gateway: string): PolicyRoute => ({
        ...{ type: 'via', family: 'ipv4', table, gateway },
        ...{ device: 'eth0', metric: 7 },
      });
      await change('target', { change: 'set-route', route: route('172.31.7.3') });
      await change('target', { change: 'set-route', route: route('172.31.7.9') });
      expect((await stateOf('target')).routing.routes).to.deep.equal([route('172.31.7.9')]);
    });

    it('can be rid of a rule of ours that was not understood, and of no other', async () => {
      for (const rule of [
        'priority 10113 not from 1.2.3.0/24 iif eth0 sport 5 lookup 21400007 protocol 214',
        'priority 10114 unreachable protocol 214',
        'priority 10114 from 9.9.9.9 unreachable',
      ]) {
        await inNamespace('target', 'ip', 'rule', 'add', ...rule.split(' '));
      }
      const { rules } = (await stateOf('target')).routing;
      expect(rules.map(({ priority, unknown }) => [priority, unknown])).to.deep.equal([
        [10_113, true],
        [10_114, true],
      ]);
      await change('target', ...rules.map(rule => ({ change: 'delete-rule', rule }) as const));
      expect((await stateOf('target')).routing.rules).to.deep.equal([]);
      expect(await inNamespace('target', 'ip', 'rule')).to.include('from 9.9.9.9 unreachable');
    });

    it('see that somebody has been at the marks', async () => {
      await change('target', ...(await wholeRouting()));
      await inNamespace('target', 'nft', 'flush chain inet fairlead-replies answers');
      expect((await stateOf('target')).routing.replies).to.deep.include({ altered: true });
    });

    it('are not touched once the container runs anew, or no more', async () => {
      const before = await processOf('target');
      await engine.api('POST', '/containers/target/restart');
      const there = await allRouting('target');
      const changes: RoutingChange[] = [{ change: 'set-route', route: backstop('ipv4') }];
      expect((await failureOf(kernel.changeRouting(before, changes, confirm('target')))).failure).to.equal(
        'gone',
      );
      expect(await kernel.readNamespace(before, { warpSide: false })).to.deep.equal({ read: 'gone' });
      expect(await allRouting('target')).to.equal(there);
      // Its PID is still somebody's: the engine was asked before the restart, and the process after it.
      const now = await processOf('target');
      const stale = kernel.changeRouting({ ...now, startedAt: before.startedAt }, changes, confirm('target'));
      expect((await failureOf(stale)).failure).to.equal('gone');
      expect(await allRouting('target')).to.equal(there);
    });

    it('are not touched through a PID that is another process by now', async () => {
      const [target, warp] = [await processOf('target'), await processOf('warp')];
      const there = await allRouting('warp');
      for (const pid of [warp.pid, engine.pid]) {
        const stolen = { ...target, pid };
        const changes: RoutingChange[] = [{ change: 'set-route', route: backstop('ipv4') }];
        const error = await failureOf(kernel.changeRouting(stolen, changes, () => Promise.resolve(stolen)));
        expect(error.failure).to.equal('not-here');
        const reading = await failureOf(kernel.readNamespace(stolen, { warpSide: false }));
        expect(reading.failure).to.equal('not-here');
      }
      expect(await allRouting('warp')).to.equal(there);
    });

    it('are read from the open handle even where the process ends meanwhile', async () => {
      const process = await processOf('target');
      const changes: RoutingChange[] = [{ change: 'set-route', route: backstop('ipv4') }];
      // It is killed between the last question and the first tool: the namespace is held, and goes with the handle.
      await kernel.changeRouting(process, changes, async () => {
        await engine.api('POST', '/containers/target/kill');
        return process;
      });
      expect(await kernel.readNamespace(process, { warpSide: false })).to.deep.equal({ read: 'gone' });
    });
  });
}
