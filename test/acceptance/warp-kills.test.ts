import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { localKernel } from '../../src/lib/netns/local-kernel.js';
import { batchesOf } from '../../src/lib/netns/routing/batches.js';
import { formatChange } from '../../src/lib/netns/routing/format-change.js';
import { formatReplies } from '../../src/lib/netns/routing/replies.js';
import { acceptMarks } from '../../src/lib/netns/sysctls.js';
import type { ReplyMarking, RoutingChange, RoutingState } from '../../src/lib/model/routing.js';
import { noRouting } from '../../src/lib/model/routing.js';
import { routingChanges } from '../../src/lib/warps/changes.js';
import { type PrivateEngine } from '../engine/private-engine.js';
import { releases } from '../engine/releases.js';
import { containerState, inNamespace, pidOf } from './outside/namespace-state.js';
import { outsideAddress } from './outside/outside.js';
import { repeated } from './outside/repeats.js';
import { startSender } from './outside/sender.js';
import { startTarget } from './outside/targets.js';
import { type WarpScene, startWarpScene } from './outside/warp-scene.js';

/** One line of a change list: what is run in the namespace, and with what on its standard input. */
interface Line {
  readonly tool: 'ip' | 'nft' | 'tee';
  readonly args: readonly string[];
  readonly input: string;
}

/** As for a target that publishes ports: the table remembers that the switch was set. */
function repliesLines(replies: ReplyMarking | undefined): Line[] {
  const table: Line = { tool: 'nft', args: ['-f', '-'], input: formatReplies(replies, true) };
  const turned = (value: 0 | 1): Line => ({ tool: 'tee', args: [acceptMarks], input: `${String(value)}\n` });
  return replies ? [table, turned(1)] : [turned(0), table];
}

/** A change list as it is carried out, line by line. */
function linesOf(changes: readonly RoutingChange[]): Line[] {
  return batchesOf(changes).flatMap((batch): Line[] =>
    batch.of === 'replies'
      ? repliesLines(batch.replies)
      : batch.changes.map(change => ({
          tool: 'ip',
          args: [batch.of === 'ipv4' ? '-4' : '-6', '-batch', '-'],
          input: `${formatChange(change)}\n`,
        })),
  );
}

async function routingIn(engine: PrivateEngine, container: string): Promise<RoutingState> {
  const { Id, State } = await engine.api<{ Id: string; State: { Pid: number; StartedAt: string } }>(
    'GET',
    `/containers/${container}/json`,
  );
  const kernel = localKernel({ path: engine.env['PATH'] ?? '' });
  const process = { id: Id, name: container, pid: State.Pid, startedAt: State.StartedAt };
  const reading = await kernel.readNamespace(process, { warpSide: false });
  if (reading.read !== 'state') throw new Error(`cannot read ${container}`);
  return reading.state.routing;
}

for (const release of releases) {
  describe(`A change of routes that is cut short on Engine ${release}`, () => {
    let scene: WarpScene;
    before(async () => {
      scene = await startWarpScene(release);
      await scene.networks();
      await scene.gateway('vpn');
      await scene.gateway('other');
      await startTarget(scene.engine, { name: 'app', network: 'work', publish: ['8080:80'] });
    });
    after(() => scene[Symbol.asyncDispose]());

    /** A config that routes `app` and `sender`, by which a route can be changed for another. */
    function routing(via: string, further = ''): Promise<readonly string[]> {
      return scene.config(
        `warp:\n  routes:\n    - { target: { names: [app, sender] }, via: ${via}${further} }\n`,
      );
    }

    async function settle(...args: string[]): Promise<RoutingState> {
      const ran = await scene.fairlead('warp', ...args);
      expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
      return routingIn(scene.engine, 'app');
    }

    // The kernel is the same for all engines.
    if (release === '28.5')
      it('never sends what is routed before and after past its warps, wherever the list ends, and is finished by the next run', async () => {
        const { engine, outside } = scene;
        const routes = {
          first: () => routing('vpn'),
          second: () => routing('other', ', bypass: [198.19.200.0/24]'),
        };
        const first = await settle('route', ...(await routes.first()));
        await settle('unroute', 'app');
        const second = await settle('route', ...(await routes.second()));
        await settle('unroute', 'app');
        const pid = await pidOf(engine, 'app');
        const bare = await containerState(engine, 'app');
        const run = ({ tool, args, input }: Line): Promise<string> =>
          inNamespace(engine, pid, tool, args, input);
        const ways: string[] = [];
        for (const [from, to] of [
          [noRouting, first],
          [first, second],
          [second, noRouting],
        ] as const) {
          const lines = linesOf(routingChanges(from, to));
          const last =
            to === noRouting
              ? ['unroute', 'app']
              : ['route', ...(to === first ? await routes.first() : await routes.second())];
          const seen: string[] = [];
          for (let count = 0; count <= lines.length; count += 1) {
            await outside.forget();
            for (const line of [...linesOf(routingChanges(noRouting, from)), ...lines.slice(0, count)])
              await run(line);
            seen.push(await scene.wayOf('app', ['vpn', 'other']));
            // The engine's own work goes on at every moment.
            await engine.docker('network', 'connect', 'bridge', 'app');
            await engine.docker('network', 'disconnect', 'bridge', 'app');
            await settle(...last);
            expect(await routingIn(engine, 'app')).to.deep.equal(to);
            for (const line of linesOf(routingChanges(to, noRouting))) await run(line);
          }
          ways.push(seen.filter((way, i) => way !== seen[i - 1]).join(', '));
        }
        expect(await containerState(engine, 'app')).to.deep.equal(bare);
        expect(ways).to.deep.equal([
          'direct, No route to host, vpn',
          'vpn, No route to host, other',
          'other, No route to host, direct',
        ]);
      });

    it('by SIGKILL lets nothing past the warps, and the next run finishes it', async () => {
      const { engine, outside } = scene;
      await startSender(engine, { name: 'sender', network: 'work', to: outsideAddress(50) });
      const route = async (via: string): Promise<string[]> => ['route', 'sender', ...(await routing(via))];
      expect((await scene.fairlead('warp', ...(await route('vpn')))).exitCode).to.equal(0);
      // The change is at the end of a run: it is killed in its last part, however fast this machine is.
      const began = Date.now();
      await scene.fairlead('warp', ...(await route('other')));
      const wholeMs = Date.now() - began;
      await scene.fairlead('warp', ...(await route('vpn')));
      const times: number[] = [];
      await outside.forget();
      for (let round = 0; round < repeated(10); round += 1) {
        const via = round % 2 === 0 ? 'other' : 'vpn';
        const child = scene.start('warp', ...(await route(via)));
        const ended = once(child, 'close');
        const after = wholeMs * (0.4 + Math.random() * 0.6);
        times.push(Math.round(after));
        await delay(after);
        child.kill('SIGKILL');
        await ended;
        const ran = await scene.fairlead('warp', ...(await route(via)));
        expect(ran.exitCode, `${String(after)} ms: ${ran.stdout}${ran.stderr}`).to.equal(0);
        expect((await scene.fairlead('warp', ...(await route(via)))).stdout).to.include(
          '= unchanged  sender',
        );
      }
      const { direct, warp } = await outside.ways({ destination: outsideAddress(50) });
      console.log(
        `      ${release}: killed after ${times.join(', ')} ms: ${String(direct)} direct, ${String(warp)} through warps`,
      );
      expect(warp).to.be.above(0);
      expect(direct).to.equal(0);
    });

    it('by SIGKILL while it is undone leaves nothing behind once the next run is done', async () => {
      const { engine } = scene;
      await scene.gateway('helped', { nat: false, forwards: false });
      await startTarget(engine, { name: 'guest', network: 'work' });
      const both = async (): Promise<unknown> => [
        await containerState(engine, 'guest'),
        await containerState(engine, 'helped'),
      ];
      const bare = await both();
      const flags = await scene.config(
        'warp:\n  routes:\n    - { target: { names: [guest] }, via: helped, nat: true }\n',
      );
      const began = Date.now();
      await scene.fairlead('warp', 'route', ...flags);
      const wholeMs = Date.now() - began;
      for (let round = 0; round < repeated(4); round += 1) {
        expect((await scene.fairlead('warp', 'route', ...flags)).exitCode).to.equal(0);
        for (const verb of ['unroute', 'route', 'unroute']) {
          const child = scene.start('warp', verb, ...flags);
          const ended = once(child, 'close');
          await delay(wholeMs * (0.4 + Math.random() * 0.6));
          child.kill('SIGKILL');
          await ended;
        }
        const ran = await scene.fairlead('warp', 'unroute');
        expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
        expect(await both()).to.deep.equal(bare);
      }
    });
  });
}
