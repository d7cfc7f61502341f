import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startCli, testFolder } from '../support/cli.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { serve } from '../support/fake-server.js';
import { type Sample, judge, sampleOf, slopePerHour, soakSeconds } from './soak-samples.js';

describe('A watch for a while', () => {
  it('is judged by a line of least squares', () => {
    expect(slopePerHour([0, 1, 2, 3].map(x => [x, 5 + x / 3600] as const))).to.be.closeTo(1, 1e-9);
    expect(slopePerHour([0, 1, 2, 3].map(x => [x, x % 2] as const))).to.be.closeTo(720, 1);
  });

  it('holds no more in the end than in the middle, whatever the engine tells', async function () {
    const seconds = soakSeconds();
    this.timeout((seconds + 60) * 1000);
    const daemon = new FakeDaemon('28.5');
    const server = await serve(daemon);
    const config = join(testFolder(), 'soak.yaml');
    await writeFile(
      config,
      'networks: { shared: {} }\nattachments: [{ select: { labels: [tier] }, networks: [shared] }]\n',
    );
    daemon.addContainer('api', { labels: { tier: 'x' } });
    const run = await startCli(['watch', '--config', config], {
      host: server.host,
      timeoutMs: (seconds + 50) * 1000,
      env: { FAIRLEAD_RUNTIME_DIR: join(testFolder(), 'run') },
    });
    await run.until(output => output.includes('connect api'));
    const samples: Sample[] = [];
    let events = 0;
    const began = performance.now();
    const elapsed = (): number => (performance.now() - began) / 1000;
    for (let second = 0; elapsed() < seconds; second += 1) {
      for (let burst = 0; burst < 10; burst += 1) {
        daemon.events.burst(20, String(burst).repeat(64));
        events += 20;
        await delay(25);
      }
      if (second % 10 === 9) daemon.events.end('broken');
      await delay(50);
      samples.push(sampleOf(run.child.pid ?? 0, elapsed()));
    }
    run.child.kill('SIGTERM');
    const { exitCode } = await run.result;
    await server.close();
    const { text, rssMiB, descriptors } = judge(
      `      ${String(events)} events in ${String(seconds)} s`,
      samples,
    );
    console.log(text);
    expect(exitCode).to.equal(0);
    // What is held in the last quarter of the time is what was held in the one before it, but for the collector's moods.
    expect(rssMiB[1] - rssMiB[0], text).to.be.below(10);
    expect(descriptors[1] - descriptors[0], text).to.be.below(12);
  });
});
