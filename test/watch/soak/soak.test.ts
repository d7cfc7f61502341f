import { expect } from 'chai';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startCli, testFolder } from '../../support/cli.js';
import { FakeDaemon } from '../../support/fake-daemon.js';
import { serve } from '../../support/fake-server.js';
import { type Sample, judge, leaksOf, slopeOf, soakSeconds } from './soak-samples.js';
import { SoakedWatch } from './soaked-watch.js';

/** A soak of two minutes at 100 events a second, with a collector in moods, and what is lost for good. */
function soaked(perEvent: number, perMinute = 0): Sample[] {
  return Array.from({ length: 100 }, (_, at) => {
    const mood = ((at * 7919) % 100) - 50;
    return {
      seconds: at * 1.2,
      events: at * 120,
      passes: at * 20,
      heapBytes: 30e6 + mood * 4096 + at * 120 * perEvent,
      rssKiB: 100_000,
      descriptors: 24 + (at % 3) + Math.floor((at * 1.2 * perMinute) / 60),
    };
  });
}

describe('A watch for a while', () => {
  it('is judged by a line of least squares, which a KiB an event or four descriptors a minute break', () => {
    expect(slopeOf([0, 1, 2, 3].map(x => [x, 5 + x / 3600] as const)) * 3600).to.be.closeTo(1, 1e-9);
    expect(slopeOf([0, 1, 2, 3].map(x => [x, x % 2] as const))).to.be.closeTo(0.2, 1e-9);
    expect(leaksOf(judge('', soaked(0)))).to.deep.equal([]);
    expect(leaksOf(judge('', soaked(1024)))).to.deep.equal(['memory']);
    expect(leaksOf(judge('', soaked(0, 4)))).to.deep.equal(['descriptors']);
    // What cannot be measured is not held to be flat.
    expect(leaksOf(judge('', []))).to.deep.equal(['memory', 'descriptors']);
  });

  it('holds no more in the end than in the middle, whatever the engine tells', async function () {
    const seconds = soakSeconds(60);
    this.timeout((seconds + 90) * 1000);
    const daemon = new FakeDaemon('28.5');
    const server = await serve(daemon);
    const folder = await mkdtemp(join(testFolder(), 'soak-'));
    const watch = new SoakedWatch(folder);
    const config = join(folder, 'soak.yaml');
    await writeFile(
      config,
      'networks: { shared: {} }\nattachments: [{ select: { labels: [tier] }, networks: [shared] }]\n' +
        watch.config,
    );
    daemon.addContainer('api', { labels: { tier: 'x' } });
    const run = await startCli(['watch', '--config', config], {
      host: server.host,
      timeoutMs: (seconds + 80) * 1000,
      env: { FAIRLEAD_RUNTIME_DIR: join(folder, 'run'), ...watch.env },
    });
    await run.until(output => output.includes('connect api'));
    watch.pid = run.child.pid ?? 0;
    const samples: Sample[] = [];
    let lives = 0;
    for (let round = 0; watch.seconds < seconds; round += 1) {
      for (let burst = 0; burst < 20; burst += 1) {
        // Each of them another one, so that what is kept of each is seen.
        for (let i = 0; i < 4; i += 1) {
          lives += 1;
          const id = String(lives).padStart(64, '0');
          const attributes = { name: `job-${String(lives)}` };
          for (const action of ['create', 'start', 'kill', 'die', 'destroy']) {
            daemon.events.emit({ action, id, attributes });
          }
        }
        await delay(25);
      }
      if (round % 5 === 4) daemon.events.end('broken');
      samples.push(await watch.sample());
    }
    run.child.kill('SIGTERM');
    const { exitCode } = await run.result;
    await server.close();
    const verdict = judge('      Fake engine', samples);
    console.log(verdict.text);
    expect(exitCode).to.equal(0);
    // Some are lost: to the moments in which nobody follows, longer ones on a busy machine.
    expect(samples.at(-1)?.events).to.be.above(lives * 2);
    expect(leaksOf(verdict), verdict.text).to.deep.equal([]);
  });
});
