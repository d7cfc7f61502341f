import { expect } from 'chai';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runContainer } from '../engine/containers.js';
import { startEngine } from '../engine/private-engine.js';
import { startInside } from './fairlead.js';
import { networksOf } from './scene.js';
import { WatchDaemon, watchPlace } from './watch-daemon.js';

const config = (subnet: string): string =>
  [
    `networks: { data: { on_drift: recreate, ipam: { config: [{ subnet: ${subnet} }] } }, plain: {} }`,
    'attachments: [{ select: { labels: [tier] }, networks: [plain] }]\n',
  ].join('\n');

/** Mounts something over the state folder, for the program alone. */
const disks = {
  full: 'mount -t tmpfs -o size=4k none "$STATE" && head -c 4096 /dev/zero >"$STATE/full"',
  'read-only': 'mount -t tmpfs -o ro none "$STATE"',
} as const;

describe('A journal that cannot be written, under watch on Engine 28.5', () => {
  for (const [which, mount] of Object.entries(disks)) {
    it(`(its disk is ${which}) keeps what it is for from being begun, and nothing else`, async () => {
      await using engine = await startEngine({ release: '28.5' });
      await using place = await watchPlace(engine);
      await place.configure(config('10.95.0.0/24'));
      expect((await place.run('apply')).exitCode).to.equal(0);
      await runContainer(engine, { name: 'db', network: 'data' });
      const state = join(place.folder, 'state');
      await mkdir(state, { recursive: true });
      await place.configure(config('10.96.0.0/24'));

      const wrapper = ['unshare', '--mount', 'sh', '-ec', `${mount}\nexec "$0" "$@"`];
      const args = ['watch', '--json', '--config', place.configFile];
      const env = { ...place.env, STATE: state };
      await using daemon = new WatchDaemon(startInside(engine, args, env, wrapper));
      // The rest goes on: the container is attached.
      await daemon.ready();
      await runContainer(engine, { name: 'api', labels: { tier: 'x' } });
      await daemon.until('api is attached', async () => (await networksOf(engine, 'api')).includes('plain'));
      expect(await networksOf(engine, 'db')).to.deep.equal(['data']);
      const { IPAM } = await engine.api<{ IPAM: { Config: { Subnet: string }[] } }>('GET', '/networks/data');
      expect(IPAM.Config[0]?.Subnet).to.equal('10.95.0.0/24');
      await daemon.until('it says why', () => daemon.eventsOf('failing').length > 0);
      expect(daemon.log, daemon.log).to.include(state);
      expect(daemon.isRunning).to.equal(true);
      expect(await daemon.end()).to.equal(0);

      await using next = await place.watch();
      await place.settled(next);
      const after = await engine.api<{ IPAM: { Config: { Subnet: string }[] } }>('GET', '/networks/data');
      expect(after.IPAM.Config[0]?.Subnet).to.equal('10.96.0.0/24');
      expect(await networksOf(engine, 'db')).to.deep.equal(['data']);
    });
  }
});
