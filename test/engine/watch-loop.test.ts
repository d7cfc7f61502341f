import { expect } from 'chai';
import { connectEngine } from '../../src/lib/docker/connect-engine.js';
import { proxyDeclaration } from '../../src/lib/proxies/declaration.js';
import { inspectionFor } from '../../src/lib/proxies/inspection.js';
import { planProxies } from '../../src/lib/proxies/plan.js';
import { observe } from '../../src/lib/reconcile/observe/observe.js';
import { runPass } from '../../src/lib/reconcile/pass.js';
import { systemClock } from '../../src/lib/watch/clock.js';
import type { LoopEvent } from '../../src/lib/watch/loop-event.js';
import { watchLoop } from '../../src/lib/watch/loop.js';
import type { WatchEnd, WatchLoop } from '../../src/lib/watch/watch-status.js';
import { runContainer } from './containers.js';
import { createNetwork } from './networks.js';
import { startEngine } from './private-engine.js';
import type { PrivateEngine } from './private-engine.js';
import { waitUntil } from './wait-until.js';

class Watched {
  readonly told: LoopEvent[] = [];
  readonly loop: WatchLoop;
  readonly #stop = new AbortController();

  private constructor(loop: (observer: (event: LoopEvent) => void, signal: AbortSignal) => WatchLoop) {
    this.loop = loop(event => this.told.push(event), this.#stop.signal);
  }

  static async start({ host }: PrivateEngine): Promise<Watched> {
    const { engine, events } = await connectEngine({ host, env: {} });
    const proxies = [proxyDeclaration('proxy')];
    const pass = {
      observe: (one: typeof engine) => observe(one, inspectionFor(proxies)),
      plan: (world: Parameters<typeof planProxies>[1]) => planProxies(proxies, world),
    };
    return new Watched((observer, signal) =>
      watchLoop({
        runPass: (request, stop) =>
          runPass(engine, pass, { dryRun: false, heldBack: request.heldBack, signal: stop }),
        events,
        clock: systemClock,
        random: Math.random,
        closesTraffic: () => false,
        resyncMs: 0,
        signal,
        observer,
      }),
    );
  }

  get passes(): Extract<LoopEvent, { kind: 'pass' }>[] {
    return this.told.filter(event => event.kind === 'pass');
  }

  /** `disconnect shop`, each step that was done. */
  get done(): string[] {
    return this.passes
      .flatMap(({ report }) => report.results)
      .filter(({ outcome }) => outcome === 'done')
      .map(({ step }) => ('network' in step ? `${step.do} ${step.network.name}` : step.do));
  }

  stop(): Promise<WatchEnd> {
    this.#stop.abort();
    return this.loop.ended;
  }
}

for (const release of ['20.10', '28.5'] as const) {
  describe(`The loop on Engine ${release}`, () => {
    let engine: PrivateEngine;
    let watched: Watched | undefined;

    const members = async (network: string): Promise<string[]> => {
      const { Containers } = await engine.api<{ Containers: Record<string, { Name: string }> }>(
        'GET',
        `/networks/${network}`,
      );
      return Object.values(Containers).map(({ Name }) => Name);
    };

    const application = async (name: string): Promise<void> => {
      await createNetwork(engine, { name });
      await runContainer(engine, {
        name: `${name}-web`,
        network: name,
        env: { VIRTUAL_HOST: `${name}.test` },
      });
    };

    before(async () => {
      engine = await startEngine({ release });
    });

    after(() => engine.stop());

    beforeEach(async () => {
      await engine.reset();
      await createNetwork(engine, { name: 'edge' });
      await runContainer(engine, { name: 'proxy', network: 'edge' });
    });

    afterEach(async () => {
      expect(await watched?.stop()).to.deep.equal({ why: 'stopped', exit: 0 });
      watched = undefined;
    });

    it('joins what starts, and leaves what is brought down', async () => {
      watched = await Watched.start(engine);
      for (const name of ['shop', 'blog', 'wiki']) {
        await application(name);
        await waitUntil(`the proxy is on ${name}`, async () => (await members(name)).includes('proxy'));
        await engine.docker('stop', '-t', '0', `${name}-web`);
        await engine.docker('rm', `${name}-web`);
        await waitUntil(`the proxy is off ${name}`, async () => !(await members(name)).includes('proxy'));
        // Fails while somebody is on it; 20.10 lists nobody any more a moment before it lets it go.
        await waitUntil(`${name} can be removed`, () =>
          engine.docker('network', 'rm', name).then(
            () => true,
            () => false,
          ),
        );
      }
      // The engine has done it before the pass that asked for it is over.
      const wanted = ['connect shop', 'disconnect shop', 'disconnect wiki'];
      await waitUntil('all of it was told', () => wanted.every(step => watched?.done.includes(step)));
    });

    it('takes nothing apart when the engine is stopped, and looks again when it is back', async () => {
      await application('shop');
      watched = await Watched.start(engine);
      const { told } = watched;
      await waitUntil('the proxy is on shop', async () => (await members('shop')).includes('proxy'));
      await engine.restart();
      await waitUntil('the loop is back', () =>
        told.some(event => event.kind === 'connected' && event.again),
      );
      const back = watched.passes.length;
      await waitUntil('it has looked again', () => (watched?.passes.length ?? 0) > back);
      expect(watched.done).to.deep.equal(['connect shop']);
      const { NetworkSettings } = await engine.api<{
        NetworkSettings: { Networks: Record<string, unknown> };
      }>('GET', '/containers/proxy/json');
      expect(NetworkSettings.Networks).to.have.all.keys('edge', 'shop');
    });
  });
}
