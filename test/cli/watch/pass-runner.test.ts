import { expect } from 'chai';
import { setImmediate } from 'node:timers/promises';
import type { Connection } from '../../../src/cli/connection.js';
import { passRunner } from '../../../src/cli/watch/pass-runner.js';
import { ExitCode } from '../../../src/lib/model/errors.js';
import { silentLog } from '../../../src/lib/model/log.js';
import { declaredProxy } from '../../support/declared-proxy.js';
import type { PassRequest, RunPass } from '../../../src/lib/watch/passes/pass-request.js';
import { EngineError } from '../../../src/lib/docker/failures/engine-error.js';
import { KernelError } from '../../../src/lib/netns/kernel-error.js';
import { FakeEventSource } from '../../support/fake-event-source.js';
import { lines, WarpStage } from '../../support/warp-stage.js';

const request: PassRequest = {
  forget: 'everything',
  kernelAnew: true,
  retry: new Set(),
  departing: new Map(),
  causes: [],
  heldBack: () => undefined,
  onPlan: () => undefined,
  onProgress: () => undefined,
};

function runnerOn(scene: WarpStage, engine = scene.engine): RunPass {
  const { journal, access } = scene;
  const connection = (): Connection => ({
    engine,
    config: scene.config,
    configFile: 'fairlead.yaml',
    warnings: [],
    url: 'unix:///var/run/docker.sock',
    events: new FakeEventSource(),
    journal,
    kernel: () => Promise.resolve(access),
    log: silentLog,
  });
  return passRunner(connection, { flags: {}, seen: () => undefined, at: () => undefined });
}

function openRoutesIn(scene: WarpStage): number {
  const { routes } = scene.kernel.namespace(scene.idOf('worker')).routing;
  return routes.filter(({ type }) => type === 'via').length;
}

describe('The pass over the proxies alone', () => {
  it('closes the ways to a warp that ends while a disconnect takes long', async () => {
    const scene = new WarpStage();
    scene.addNetwork('net');
    scene.addNetwork('shop');
    scene.run('vpn', { networks: ['net'] });
    scene.run('worker', { networks: ['net'], labels: { 'fairlead.warp': 'vpn' } });
    scene.run('http-proxy', { networks: ['bridge'] });
    scene.run('web', { networks: ['shop'], env: ['VIRTUAL_HOST=shop.local'] });
    scene.config = { ...scene.config, proxies: [declaredProxy] };
    const engine = { ...scene.engine };
    const run = runnerOn(scene, engine);
    const { signal } = new AbortController();
    await run(request, signal);
    expect(openRoutesIn(scene)).to.equal(1);
    engine.disconnect = async (...args) => {
      scene.stop('vpn');
      while (openRoutesIn(scene) > 0) await setImmediate();
      return scene.engine.disconnect(...args);
    };
    scene.stop('web');
    const { report } = await run(
      { ...request, forget: new Set(), kernelAnew: false, only: 'proxies' },
      signal,
    );
    expect(lines(report).join('\n')).to.match(
      /done route worker → vpn \(blocked\)\ndone disconnect http-proxy/,
    );
  });
});

describe('A pass of a watch', () => {
  const { signal } = new AbortController();
  const lookAgain = { ...request, forget: new Set<string>(), kernelAnew: false };

  function stage(): WarpStage {
    const scene = new WarpStage();
    for (const name of ['net', 'shop']) scene.addNetwork(name);
    scene.run('vpn', { networks: ['net'] });
    scene.run('worker', { networks: ['net'], labels: { 'fairlead.warp': 'vpn' } });
    scene.run('http-proxy', { networks: ['bridge'] });
    scene.run('web', { networks: ['shop'], env: ['VIRTUAL_HOST=shop.local'] });
    scene.config = { ...scene.config, proxies: [declaredProxy] };
    return scene;
  }

  it('tells whom the proxies route to also where it takes several rounds', async () => {
    const scene = stage();
    const { report, routed } = await runnerOn(scene)(request, signal);
    expect(lines(report)).to.include('done connect http-proxy → shop');
    expect([...(routed?.keys() ?? [])]).to.deep.equal([scene.idOf('web')]);
    expect([...(routed?.values() ?? [])].map(({ pid }) => pid)).to.deep.equal([
      scene.kernel.process(scene.idOf('web')).pid,
    ]);
  });

  it('does not say that nothing is kept in a kernel that it could not read', async () => {
    const scene = stage();
    const run = runnerOn(scene);
    expect(await run(request, signal)).to.deep.include({ keepsKernel: true });
    const { kernel } = scene;
    const readHost = kernel.readHost.bind(kernel);
    for (const failure of ['no-answer', 'tool'] as const) {
      kernel.readHost = () =>
        Promise.reject(new KernelError(failure, 'nft did not end', { exit: ExitCode.failed }));
      expect((await run({ ...request, kernelAnew: true }, signal)).unread).to.deep.equal({
        kernel: 'nft did not end',
      });
    }
    kernel.readHost = readHost;
    const again = await run(lookAgain, signal);
    expect([again.keepsKernel, again.unread]).to.deep.equal([true, undefined]);
  });

  it('wants no other look at once for rights, or a program, that were missing from the start', async () => {
    const scene = stage();
    scene.kernel.check = () =>
      Promise.reject(new KernelError('tool', 'no ip here', { exit: ExitCode.failed }));
    expect((await runnerOn(scene)(request, signal)).unread).to.equal(undefined);
  });

  it('neither joins nor leaves a network while it is not known which of them is being recreated', async () => {
    const scene = stage();
    const pending = scene.journal.pending.bind(scene.journal);
    scene.journal.pending = () => Promise.reject(new EngineError('too slow', { failure: 'timeout' }));
    const run = runnerOn(scene);
    const isOn = (): boolean => 'shop' in scene.daemon.container('http-proxy').Networks;
    const first = await run(request, signal);
    expect(first.unread).to.deep.equal({ journal: 'too slow' });
    expect(lines(first.report)).to.include('refused : no container joins or leaves a network: too slow');
    const quick = await run({ ...lookAgain, only: 'proxies' }, signal);
    expect(lines(quick.report)[0]).to.match(/^skipped connect http-proxy → shop/);
    expect([isOn(), openRoutesIn(scene)]).to.deep.equal([false, 1]);
    scene.journal.pending = pending;
    const again = await run(lookAgain, signal);
    expect([isOn(), again.unread]).to.deep.equal([true, undefined]);
  });

  it('says when a container is to be asked for again that the engine did not answer for', async () => {
    const scene = stage();
    const inspectContainer = scene.engine.inspectContainer.bind(scene.engine);
    const hung = (): ReturnType<typeof inspectContainer> =>
      Promise.reject(new EngineError('no answer within 20 s', { failure: 'timeout' }));
    Object.assign(scene.engine, { inspectContainer: hung });
    const run = runnerOn(scene);
    const { askAgainInMs } = await run(request, signal);
    expect(askAgainInMs).to.be.within(29_000, 30_000);
    Object.assign(scene.engine, { inspectContainer });
    const named = new Set(['vpn', 'worker', 'http-proxy', 'web'].map(name => scene.idOf(name)));
    expect(await run({ ...lookAgain, forget: named }, signal)).not.to.have.property('askAgainInMs');
  });
});
