import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { warnOfOtherWatches } from '../../../src/cli/watch/other-watch.js';
import { socketName } from '../../../src/cli/watch/runtime-folder.js';
import { silentLog } from '../../../src/lib/model/log.js';
import { startHealthServer } from '../../../src/lib/watch/metrics/health-server.js';

const url = 'unix:///run/docker.sock';
const configFile = '/etc/fairlead.yaml';
const given = process.env['FAIRLEAD_RUNTIME_DIR'];

describe('A watch that starts beside others', () => {
  let folder = '';
  const closes: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-watches-'));
    process.env['FAIRLEAD_RUNTIME_DIR'] = folder;
  });

  afterEach(async () => {
    for (const close of closes.splice(0)) await close();
    if (given === undefined) delete process.env['FAIRLEAD_RUNTIME_DIR'];
    else process.env['FAIRLEAD_RUNTIME_DIR'] = given;
    await rm(folder, { recursive: true });
  });

  async function runs(pid: number, engine: string, config: string): Promise<void> {
    const server = await startHealthServer({
      address: { path: join(folder, socketName(pid)) },
      health: () => ({ healthy: true, line: 'ok' }),
      status: () => ({ pid, engine, config, link: 'connected', failing: [] }),
    });
    closes.push(() => server.close());
  }

  async function warnings(): Promise<string[]> {
    const said: string[] = [];
    await warnOfOtherWatches({ url, configFile, log: { ...silentLog, warn: line => said.push(line) } });
    return said;
  }

  it('warns of those of the same engine, and says whether they have the same config', async () => {
    await runs(101, url, configFile);
    await runs(102, url, '/other\u001b[2J.yaml');
    await runs(103, 'tcp://elsewhere:2375', configFile);
    expect((await warnings()).sort()).to.deep.equal([
      'a watch (pid 101) keeps this engine already, by the same config: one of them is enough',
      'a watch (pid 102) keeps this engine already, as /other\\e[2J.yaml declares: one of them is enough',
    ]);
  });

  it('is silent where it is alone', async () => {
    await runs(process.pid, url, configFile);
    expect(await warnings()).to.deep.equal([]);
  });
});
