import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import type { HostNetworking } from '../../src/lib/model/kernel-view.js';
import type { RoutingChange } from '../../src/lib/model/routing.js';
import type { Kernel } from '../../src/lib/netns/kernel.js';
import { localKernel } from '../../src/lib/netns/local-kernel.js';
import { type Outside, hostAddresses, startOutside } from '../acceptance/outside/outside.js';
import type { KernelQuestion } from './ask-kernel.js';
import { runContainer } from './containers.js';
import { createNetwork } from './networks.js';
import { type PrivateEngine, startEngine } from './private-engine.js';
import { oldestAndNewest } from './releases.js';
import { webApp } from './web-app.js';

interface Inspection {
  readonly Id: string;
  readonly State: { readonly Pid: number; readonly StartedAt: string };
  readonly NetworkSettings: {
    readonly Networks: Record<string, { readonly IPAddress: string; readonly MacAddress: string }>;
  };
}

const script = fileURLToPath(new URL('ask-kernel.ts', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url));
const table = 21_400_007;
/** Ends at once where it connects, and as a failure where it does not. */
const connect = `const socket = require('net').connect(8080, '${hostAddresses.ipv4}', () => process.exit(0));
  socket.setTimeout(1500, () => process.exit(1)).on('error', () => process.exit(1));`;
const page = `http://${hostAddresses.ipv4}:8080/`;

for (const release of oldestAndNewest) {
  describe(`Published ports of a routed container of engine ${release}`, () => {
    let engine: PrivateEngine;
    let outside: Outside;
    let kernel: Kernel;

    const inspect = (name: string): Promise<Inspection> =>
      engine.api<Inspection>('GET', `/containers/${name}/json`);

    function connects(): Promise<boolean> {
      return outside.exec(process.execPath, ['-e', connect]).then(
        () => true,
        () => false,
      );
    }

    async function change(...changes: RoutingChange[]): Promise<void> {
      const { Id: id, State } = await inspect('app');
      const process = { id, name: 'app', pid: State.Pid, startedAt: State.StartedAt };
      await kernel.changeRouting(process, changes, () => Promise.resolve(process));
    }

    async function bridgeMac(): Promise<string> {
      const question: KernelQuestion = { ask: 'host' };
      const command = ['--import', 'tsx', script, JSON.stringify(question)];
      const answer = JSON.parse(await engine.exec(process.execPath, command, { cwd: repository })) as {
        answer: HostNetworking;
      };
      const [network] = await engine.api<{ Id: string }[]>('GET', '/networks?filters={"name":["shared"]}');
      const mac = answer.answer.bridgeMacs?.[`br-${network?.Id.slice(0, 12) ?? ''}`];
      if (mac === undefined) throw new Error(`there is no bridge among ${JSON.stringify(answer)}`);
      return mac;
    }

    async function warpOnShared(): Promise<{ IPAddress: string; MacAddress: string }> {
      const endpoint = (await inspect('warp')).NetworkSettings.Networks['shared'];
      if (!endpoint) throw new Error('the warp is not on the network');
      return endpoint;
    }

    before(async () => {
      engine = await startEngine({ release });
      outside = await startOutside(engine);
      const { PATH: path } = engine.env;
      kernel = localKernel({ ...(path !== undefined && { path }) });
      await createNetwork(engine, { name: 'shared', subnet: '172.31.7.0/24' });
      // It forwards nothing: what is sent through it by mistake is lost.
      await runContainer(engine, {
        ...{ name: 'warp', network: 'shared' },
        hostConfig: { Sysctls: { 'net.ipv4.ip_forward': '0' } },
      });
      await webApp(engine, { name: 'app', network: 'shared', text: 'hello', publish: ['8080:80'] });
      expect(await connects()).to.equal(true);
      const { IPAddress: gateway } = await warpOnShared();
      await change(
        {
          change: 'set-route',
          route: { type: 'unreachable', family: 'ipv4', table, metric: 4_294_967_295 },
        },
        {
          change: 'add-rule',
          rule: { family: 'ipv4', priority: 10_001, table: 254, suppressPrefixLength: 0 },
        },
        { change: 'add-rule', rule: { family: 'ipv4', priority: 10_110, table } },
        {
          change: 'set-route',
          route: { type: 'via', family: 'ipv4', table, gateway, device: 'eth0', metric: 1 },
        },
      );
    });

    after(() => engine.stop());

    it('answer as they were asked, by the marks of their connections alone', async () => {
      expect(await connects()).to.equal(false);
      await change(
        {
          change: 'add-rule',
          rule: {
            ...{ family: 'ipv4', priority: 10_000, table: 254 },
            mark: { value: 0xd6000000, mask: 0xff000000 },
          },
        },
        { change: 'set-replies', replies: { gatewayMacs: [await bridgeMac()] } },
      );
      expect(await outside.fetch(page)).to.equal('hello');
    });

    it('answer with a strict reverse path filter too', async () => {
      const { Pid: pid } = (await inspect('app')).State;
      const switches = ['all.rp_filter=1', 'eth0.rp_filter=1', 'all.src_valid_mark=1'];
      const settings = switches.map(each => `net.ipv4.conf.${each}`);
      await engine.exec('nsenter', [`--net=/proc/${String(pid)}/ns/net`, 'sysctl', '-qw', ...settings]);
      expect(await outside.fetch(page)).to.equal('hello');
    });

    it('answer through the warp what came in through it, whatever address that has', async () => {
      const { MacAddress } = await warpOnShared();
      // As if the host's side were a warp: what comes from there is then sent where the rules say, and is lost.
      for (const gatewayMacs of [[], [MacAddress]]) {
        await change({ change: 'set-replies', replies: { gatewayMacs } });
        expect(await connects()).to.equal(false);
      }
      await change({ change: 'set-replies', replies: { gatewayMacs: [await bridgeMac()] } });
      expect(await outside.fetch(page)).to.equal('hello');
    });

    it('know the bridge by its own address, which no container that comes or goes changes', async () => {
      const before = await bridgeMac();
      for (const start of [1, 2, 3]) {
        await engine.docker('restart', 'warp');
        await runContainer(engine, { name: `guest${String(start)}`, network: 'shared' });
        expect(await bridgeMac()).to.equal(before);
      }
      await engine.docker('rm', '--force', 'guest1', 'guest2', 'guest3', 'warp');
      expect(await bridgeMac()).to.equal(before);
      expect(await outside.fetch(page)).to.equal('hello');
    });
  });
}
