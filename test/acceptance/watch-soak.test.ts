import { expect } from 'chai';
import { runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { startEngine } from '../engine/private-engine.js';
import { type Sample, judge, leaksOf, soakSeconds } from '../watch/soak/soak-samples.js';
import { SoakedWatch } from '../watch/soak/soaked-watch.js';
import { watchPlace } from './watch-daemon.js';

describe('A watch for a while on Engine 28.5', () => {
  it('holds no more in the end than in the middle, with applications that come and go', async function () {
    const seconds = soakSeconds(90);
    this.timeout((seconds + 120) * 1000);
    await using engine = await startEngine({ release: '28.5' });
    await using place = await watchPlace(engine);
    const watch = new SoakedWatch(place.folder);
    await place.configure(`proxies: [{ container: http-proxy }]\n${watch.config}`);
    await createNetwork(engine, { name: 'proxy_default' });
    await createNetwork(engine, { name: 'shop_default' });
    await runContainer(engine, { name: 'http-proxy', network: 'proxy_default' });
    const daemon = place.spawn(engine.host, watch.env);
    await daemon.ready();
    watch.pid = daemon.pid;
    const samples: Sample[] = [];
    for (let round = 0; watch.seconds < seconds; round += 1) {
      const name = `shop${String(round)}`;
      await runContainer(engine, { name, network: 'shop_default', env: { VIRTUAL_HOST: name }, init: false });
      for (let i = 0; i < 10; i += 1) {
        await engine.api('POST', `/containers/${name}/rename?name=${name}-other`);
        await engine.api('POST', `/containers/${name}-other/rename?name=${name}`);
      }
      await engine.api('DELETE', `/containers/${name}?force=1`);
      samples.push(await watch.sample());
    }
    await place.settled(daemon);
    const verdict = judge(`      28.5, ${String(samples.length)} applications`, samples);
    console.log(verdict.text);
    expect(await daemon.end()).to.equal(0);
    // The next one may come before the proxy has left for the last: then it stays.
    expect(daemon.count('connect http-proxy shop_default')).to.be.above(samples.length / 10);
    expect(samples.at(-1)?.events).to.be.above(samples.length * 20);
    expect(leaksOf(verdict), verdict.text).to.deep.equal([]);
  });
});
