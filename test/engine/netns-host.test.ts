import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import type { ContainerProcess } from '../../src/lib/model/namespace.js';
import type { RoutingChange } from '../../src/lib/model/routing.js';
import type { KernelAnswer, KernelQuestion } from './ask-kernel.js';
import { runContainer } from './containers.js';
import { createNetwork } from './networks.js';
import { startEngine } from './private-engine.js';
import type { PrivateEngine } from './private-engine.js';
import { oldestAndNewest } from './releases.js';

const script = fileURLToPath(new URL('ask-kernel.ts', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url));
const changes: readonly RoutingChange[] = [
  {
    change: 'set-route',
    route: { type: 'unreachable', family: 'ipv4', table: 21_400_001, metric: 4_294_967_295 },
  },
  {
    change: 'add-rule',
    rule: { family: 'ipv4', priority: 10_001, table: 254, suppressPrefixLength: 0 },
  },
];

for (const release of oldestAndNewest) {
  describe(`Fairlead in the namespace of engine ${release}`, () => {
    let engine: PrivateEngine;

    /** From the engine's namespace, which is then the host's; `rights` as setpriv takes them. */
    async function ask(question: KernelQuestion, rights?: string): Promise<KernelAnswer> {
      const command = [process.execPath, '--import', 'tsx', script, JSON.stringify(question)];
      const limits = rights === undefined ? [] : ['setpriv', `--bounding-set=${rights}`, '--inh-caps=-all'];
      const [file = '', ...args] = [...limits, ...command];
      return JSON.parse(await engine.exec(file, args, { cwd: repository })) as KernelAnswer;
    }

    async function processOf(name: string): Promise<ContainerProcess> {
      const { Id, State } = await engine.api<{ Id: string; State: { Pid: number; StartedAt: string } }>(
        'GET',
        `/containers/${name}/json`,
      );
      return { id: Id, name, pid: State.Pid, startedAt: State.StartedAt };
    }

    async function hostRouting(): Promise<string> {
      // Not IPv6's routes, which come and go by themselves when an interface is new.
      const parts = [
        ['-4', 'rule'],
        ['-6', 'rule'],
        ['-4', 'route', 'show', 'table', 'all'],
      ];
      return (await Promise.all(parts.map(async part => engine.exec('ip', part)))).join('\n');
    }

    before(async () => {
      engine = await startEngine({ release });
      await createNetwork(engine, { name: 'shared', subnet: '172.31.7.0/24' });
      await runContainer(engine, { name: 'hosted', network: 'host' });
      await runContainer(engine, { name: 'target', network: 'shared' });
    });

    after(() => engine.stop());

    it('touches no container that has no namespace of its own', async () => {
      const before = await hostRouting();
      const hosted = await processOf('hosted');
      expect((await ask({ ask: 'read', process: hosted })).answer).to.deep.equal({ read: 'host' });
      expect(await ask({ ask: 'change', process: hosted, changes })).to.include({
        failure: 'host-namespace',
        exit: 1,
      });
      expect(await hostRouting()).to.equal(before);
    });

    it('works with three capabilities', async () => {
      const rights = '-all,+net_admin,+sys_admin,+sys_ptrace';
      expect(await ask({ ask: 'check' }, rights)).to.deep.equal({ answer: 'ready' });
      const target = await processOf('target');
      expect(await ask({ ask: 'change', process: target, changes }, rights)).to.deep.equal({
        answer: 'done',
      });
      // Other engines of this machine may have some as well.
      expect((await ask({ ask: 'holders' }, rights)).answer).to.include(target.id);
      const { answer } = await ask({ ask: 'read', process: target }, rights);
      expect(answer).to.have.nested.property('state.routing.rules.length', 1);
    });

    for (const [rights, missing] of [
      ['-all', 'it takes CAP_NET_ADMIN, CAP_SYS_PTRACE, CAP_SYS_ADMIN.'],
      ['-sys_ptrace', 'CAP_SYS_PTRACE is missing.'],
      ['-net_admin,-sys_admin', 'CAP_NET_ADMIN and CAP_SYS_ADMIN are missing.'],
    ] as const) {
      it(`says in one message what is missing with ${rights}`, async () => {
        const { failure, message, exit, hints } = await ask({ ask: 'check' }, rights);
        expect({ failure, exit }).to.deep.equal({ failure: 'privileges', exit: 5 });
        expect(message).to.include(missing);
        expect(hints?.join('\n')).to.include(
          'AmbientCapabilities=CAP_NET_ADMIN CAP_SYS_PTRACE CAP_SYS_ADMIN',
        );
      });
    }

    it('says so where it opens a namespace without having been checked', async () => {
      const { failure, message } = await ask({ ask: 'read', process: await processOf('target') }, '-all');
      expect(failure).to.equal('privileges');
      expect(message).to.include('container target');
      expect((await ask({ ask: 'holders' }, '-all')).answer).to.deep.equal([]);
    });

    it('says so where the kernel lets it in and then not do it', async () => {
      const process = await processOf('target');
      const { failure } = await ask({ ask: 'change', process, changes }, '-net_admin');
      expect(failure).to.equal('privileges');
    });

    it('sees the interfaces of that namespace, and whether bridged packets are filtered', async () => {
      const { answer } = await ask({ ask: 'host' });
      const names = (await engine.exec('ip', ['-j', 'link'])).match(/(?<="ifname":")[^"]+/g);
      expect(answer)
        .to.have.property('interfaces')
        .that.has.members(names ?? []);
      const filtering = await engine.exec('sysctl', ['-n', 'net.bridge.bridge-nf-call-iptables']);
      expect(answer).to.have.property('filtersBridged', filtering === '1');
    });
  });
}
