import { expect } from 'chai';
import { runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { startEngine } from '../engine/private-engine.js';
import { type Sample, judge, sampleOf, soakSeconds } from '../watch/soak-samples.js';
import { watchPlace } from './watch-daemon.js';

describe('A watch for a while on Engine 28.5', () => {
  it('holds no more in the end than in the middle, with applications that come and go', async function () {
    const seconds = soakSeconds();
    this.timeout((seconds + 120) * 1000);
    await using engine = await startEngine({ release: '28.5' });
    await using place = await watchPlace(engine);
    await place.configure('proxies: [{ container: http-proxy }]\n');
    await createNetwork(engine, { name: 'proxy_default' });
    await createNetwork(engine, { name: 'shop_default' });
    await runContainer(engine, { name: 'http-proxy', network: 'proxy_default' });
    const daemon = await place.watch();
    const samples: Sample[] = [];
    const began = performance.now();
    const elapsed = (): number => (performance.now() - began) / 1000;
    for (let round = 0; elapsed() < seconds; round += 1) {
      const name = `shop${String(round)}`;
      await runContainer(engine, { name, network: 'shop_default', env: { VIRTUAL_HOST: name }, init: false });
      for (let i = 0; i < 10; i += 1) {
        await engine.api('POST', `/containers/${name}/rename?name=${name}-other`);
        await engine.api('POST', `/containers/${name}-other/rename?name=${name}`);
      }
      await engine.api('DELETE', `/containers/${name}?force=1`);
      samples.push(sampleOf(daemon.pid, elapsed()));
    }
    await place.settled(daemon);
    const { text, rssMiB, descriptors } = judge(
      `      ${String(samples.length)} applications in ${String(seconds)} s`,
      samples,
    );
    console.log(text);
    expect(await daemon.end()).to.equal(0);
    expect(rssMiB[1] - rssMiB[0], text).to.be.below(10);
    expect(descriptors[1] - descriptors[0], text).to.be.below(12);
  });
});
