import { expect } from 'chai';
import type { Connection } from '../../../src/cli/connection.js';
import { passRunner } from '../../../src/cli/watch/pass-runner.js';
import { type Seen, targetStates } from '../../../src/cli/watch/target-states.js';
import type { Report } from '../../../src/lib/model/report.js';
import { silentLog } from '../../../src/lib/model/log.js';
import type { PassRequest } from '../../../src/lib/watch/passes/pass-request.js';
import { FakeEventSource } from '../../support/fake-event-source.js';
import { WarpStage } from '../../support/warp-stage.js';

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

/** Passes over a scene. Each returns how many targets it left in which state, as far as there are any. */
function passesOver(scene: WarpStage): () => Promise<Record<string, number> | undefined> {
  const connection = (): Connection => ({
    engine: scene.engine,
    config: scene.config,
    configFile: 'fairlead.yaml',
    warnings: [],
    url: 'unix:///var/run/docker.sock',
    events: new FakeEventSource(),
    journal: scene.journal,
    kernel: () => Promise.resolve(scene.access),
    log: silentLog,
  });
  let seen: Seen | undefined;
  const run = passRunner(connection, { flags: {}, seen: now => (seen = now), at: () => undefined });
  return async () => {
    const { report }: { report: Report } = await run(request, new AbortController().signal);
    if (!seen) throw new Error('the pass has told of no World');
    const states = targetStates(seen, report.results);
    return states && Object.fromEntries([...states].filter(([, count]) => count > 0));
  };
}

describe('The states of targets', () => {
  it('are those that the last pass left, whether it changed them or found them so', async () => {
    const scene = new WarpStage();
    scene.addNetwork('net');
    scene.run('vpn', { networks: ['net'] });
    for (const name of ['a', 'b']) scene.run(name, { networks: ['net'], labels: { 'fairlead.warp': 'vpn' } });
    scene.run('stranded', { networks: ['net'], labels: { 'fairlead.warp': 'nowhere' } });
    scene.addNetwork('other');
    scene.run('apart', { networks: ['other'], labels: { 'fairlead.warp': 'vpn' } });
    const pass = passesOver(scene);
    expect(await pass()).to.deep.equal({ routed: 2, blocked: 1, refused: 1 });
    expect(await pass()).to.deep.equal({ routed: 2, blocked: 1, refused: 1 });
    scene.stop('vpn');
    expect(await pass()).to.deep.equal({ blocked: 3, refused: 1 });
    scene.stop('b');
    expect(await pass()).to.deep.equal({ blocked: 2, not_running: 1, refused: 1 });
  });

  it('are none where the kernel was not looked at', async () => {
    const scene = new WarpStage();
    scene.addNetwork('net');
    scene.run('web', { networks: ['net'] });
    expect(await passesOver(scene)()).to.equal(undefined);
  });
});
