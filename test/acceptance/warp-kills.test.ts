import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { localKernel } from '../../src/lib/netns/local-kernel.js';
import { batchesOf } from '../../src/lib/netns/routing/batches.js';
import { formatChange } from '../../src/lib/netns/routing/format-change.js';
import { formatReplies } from '../../src/lib/netns/routing/replies.js';
import { acceptMarks } from '../../src/lib/netns/sysctls.js';
import type { ReplyMarking, RoutingChange, RoutingState } from '../../src/lib/model/routing.js';
import { noRouting } from '../../src/lib/model/routing.js';
import { routingChanges } from '../../src/lib/warps/changes/changes.js';
import { type PrivateEngine } from '../engine/private-engine.js';
import { releases } from '../engine/releases.js';
import { collect } from './fairlead.js';
import { containerState, inNamespace, pidOf } from './outside/namespace-state.js';
import { outsideAddress } from './outside/outside.js';
import { startSender } from './outside/sender.js';
import { startTarget } from './outside/targets.js';
import { type WarpScene, startWarpScene } from './outside/warp-scene.js';

/** One line of a change list: what is run in the namespace, and with what on its standard input. */
interface Line {
  readonly tool: 'ip' | 'nft' | 'tee';
  readonly args: readonly string[];
  readonly input: string;
}

const moments = ['before', 'during', 'after'] as const;

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

    /** Runs it to its end, and again, killed at each tool that changes something. */
    async function killedAtEach(
      args: (round: number) => Promise<readonly string[]>,
      before: () => Promise<unknown>,
      after: (which: string, round: number) => Promise<unknown>,
    ): Promise<number> {
      await before();
      const tools = await toolsOf(await args(0));
      await after('not killed', 0);
      let round = 0;
      for (const [turn, tool] of tools.entries()) {
        // The program and the kernel are the same for all engines: where there are many, each engine has another's turn.
        const turns =
          tools.length < 5 ? moments : [moments[(turn + releases.indexOf(release)) % moments.length]];
        for (const when of turns) {
          round += 1;
          await before();
          await killedAt(await args(round), turn + 1, String(when));
          await after(`killed ${String(when)} ${tool}`, round);
        }
      }
      return round;
    }

    const preload = `--import=${join(import.meta.dirname, 'kill-at-tool.js')}`;

    /** The tools by which a run changes something which is not killed. */
    async function toolsOf(args: readonly string[]): Promise<string[]> {
      const file = join(scene.engine.dir, 'tools');
      await writeFile(file, '');
      const ran = await collect(
        scene.startWith({ NODE_OPTIONS: preload, FAIRLEAD_TEST_TOOLS: file }, 'warp', ...args),
      );
      expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
      return (await readFile(file, 'utf8')).split('\n').slice(0, -1);
    }

    async function killedAt(args: readonly string[], at: number, when: string): Promise<void> {
      const child = scene.startWith(
        {
          NODE_OPTIONS: preload,
          FAIRLEAD_TEST_TOOLS: '/dev/null',
          FAIRLEAD_TEST_KILL_AT: `${String(at)} ${when}`,
        },
        'warp',
        ...args,
      );
      const [, signal] = (await once(child, 'close')) as [number | null, string | null];
      expect(signal, `killed ${when} tool ${String(at)}`).to.equal('SIGKILL');
    }

    it('by SIGKILL at any change lets nothing past the warps, and the next run finishes it', async () => {
      const { engine, outside } = scene;
      await startSender(engine, { name: 'sender', network: 'work', to: outsideAddress(50) });
      const route = async (via: string): Promise<string[]> => ['route', 'sender', ...(await routing(via))];
      expect((await scene.fairlead('warp', ...(await route('vpn')))).exitCode).to.equal(0);
      await outside.forget();
      const via = (round: number): string => (round % 2 === 0 ? 'other' : 'vpn');
      const times = await killedAtEach(
        round => route(via(round)),
        () => Promise.resolve(),
        async (which, round) => {
          const ran = await scene.fairlead('warp', ...(await route(via(round))));
          expect(ran.exitCode, `${which}: ${ran.stdout}${ran.stderr}`).to.equal(0);
          expect(await scene.wayOf('sender', ['vpn', 'other']), which).to.equal(via(round));
          const { direct } = await outside.ways({ destination: outsideAddress(50) });
          expect(direct, which).to.equal(0);
        },
      );
      expect(times).to.be.above(1);
      const { direct, warp } = await outside.ways({ destination: outsideAddress(50) });
      console.log(
        `      ${release}: killed ${String(times)} times: ${String(direct)} direct, ${String(warp)} through warps`,
      );
      expect(warp).to.be.above(0);
      expect(direct).to.equal(0);
    });

    it('by SIGKILL at any change while it is undone leaves nothing behind once the next run is done', async () => {
      const { engine } = scene;
      await scene.gateway('helped', { nat: false, forwards: false });
      const heeding = { 'net.ipv4.ip_forward': '0', 'net.ipv4.conf.all.accept_redirects': '1' };
      await startTarget(engine, {
        ...{ name: 'guest', network: 'work', publish: ['8081:80'] },
        hostConfig: { Sysctls: heeding },
      });
      const switches = async (name: string): Promise<string> =>
        inNamespace(engine, await pidOf(engine, name), 'cat', [
          ...['ip_forward', 'tcp_fwmark_accept'].map(key => `/proc/sys/net/ipv4/${key}`),
          '/proc/sys/net/ipv6/conf/all/forwarding',
        ]);
      const both = (): Promise<unknown> =>
        Promise.all(
          ['guest', 'helped'].map(async name => [await containerState(engine, name), await switches(name)]),
        );
      const flags = await scene.config(
        'warp:\n  routes:\n    - { target: { names: [guest] }, via: helped, nat: true }\n',
      );
      const settled = async (verb: string): Promise<void> => {
        const ran = await scene.fairlead('warp', verb, ...flags);
        expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
      };
      // Of all that was routed before, too.
      await settled('unroute');
      const bare = await both();
      for (const verb of ['route', 'unroute']) {
        const times = await killedAtEach(
          () => Promise.resolve([verb, ...flags]),
          () => (verb === 'route' ? Promise.resolve() : settled('route')),
          async which => {
            await settled('unroute');
            expect(await both(), `${verb}: ${which}`).to.deep.equal(bare);
          },
        );
        console.log(`      ${release}: ${verb} killed ${String(times)} times`);
        expect(times).to.be.above(2);
      }
    });
  });
}
