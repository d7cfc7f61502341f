import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Connection } from '../../../src/cli/connection.js';
import type { GlobalFlags } from '../../../src/cli/flags/global-flags.js';
import { ConfigReloader } from '../../../src/cli/watch/reload.js';
import { defaultConfig } from '../../../src/lib/config/default-config.js';
import { silentLog } from '../../../src/lib/model/log.js';
import { noJournal } from '../../../src/lib/reconcile/journal/journal.js';
import type { ReloadCause } from '../../../src/lib/watch/reloads.js';
import { FakeDaemon } from '../../support/fake-daemon.js';
import { fakeEngine } from '../../support/fake-engine.js';
import { FakeEventSource } from '../../support/fake-event-source.js';

const less = 'networks: {}\n';
const half = 'networks:\n  plain: {}\n';
const whole = `${half}  work: { external: true, egress: warp }\n`;

describe('A config that is read anew', () => {
  let folder: string;
  let file: string;
  let connection: Connection;
  let reloader: ConfigReloader;
  let told: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-reloader-'));
    file = join(folder, 'fairlead.yaml');
    told = [];
    const config = defaultConfig();
    const flags = {} as GlobalFlags;
    reloader = new ConfigReloader({ flags, started: config, tell: ({ state }) => told.push(state) });
    connection = {
      engine: fakeEngine(new FakeDaemon()),
      config,
      configFile: file,
      warnings: [],
      url: 'unix:///var/run/docker.sock',
      events: new FakeEventSource(),
      journal: noJournal,
      kernel: () => Promise.reject(new Error('not asked')),
      log: silentLog,
    };
    expect(await read(whole)).to.equal('in force');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function read(
    text: string,
    cause: ReloadCause = 'the config has changed',
    isStill = false,
  ): Promise<string> {
    await writeFile(file, text);
    const next = await reloader.read(connection, { causes: [cause], isStill });
    if (typeof next === 'string') return next;
    connection = next;
    return 'in force';
  }

  const guarded = (): boolean => connection.config.networks['work']?.egress === 'warp';

  it('is refused where it declares nothing at all, which networks: {} says on purpose', async () => {
    expect(await read('watch: { resync: 1m }\n', 'SIGHUP')).to.equal('refused');
    expect(guarded()).to.equal(true);
    expect(await read(less, 'SIGHUP')).to.equal('in force');
    expect(await read('watch: { resync: 1m }\n', 'SIGHUP')).to.equal('in force');
    expect(told).to.deep.equal(['in-force', 'refused', 'in-force', 'in-force']);
  });

  it('is not in force while it is half written, and never was where the rest comes', async () => {
    expect(await read(half)).to.equal('unsure');
    expect(await read(less)).to.equal('unsure');
    expect(guarded()).to.equal(true);
    expect(await read(whole)).to.equal('in force');
    expect(guarded()).to.equal(true);
    expect(told).to.deep.equal(['in-force', 'in-force']);
  });

  it('is in force once it was still for a while and reads the same', async () => {
    await read(half);
    expect(await read(less, 'the config has changed', true)).to.equal('unsure');
    expect(guarded()).to.equal(true);
    expect(await read(less, 'the config has changed', true)).to.equal('in force');
    expect(guarded()).to.equal(false);
  });

  // As a slow line writes them: each beginning is a valid config too.
  const pieces: [what: string, begun: string, rest: string][] = [
    [
      'an attachment',
      'networks: { work: {} }\n',
      'attachments: [{ select: { names: [api] }, networks: [work] }]\n',
    ],
    ['an app', 'networks: { work: {} }\n', 'apps: { web: { services: { api: { networks: [work] } } } }\n'],
    ['a proxy', 'networks: { work: {} }\n', 'proxies: [{ container: traefik }]\n'],
    ['what a proxy never leaves', 'proxies:\n  - container: traefik\n', '    pinned: [work]\n'],
    ['the pattern of warps', 'warp:\n  nat: true\n', '  container_name_pattern: "vpn-*"\n'],
  ];
  for (const [what, begun, rest] of pieces) {
    it(`is not in force while ${what} is yet to be written again`, async () => {
      expect(await read(`${begun}${rest}`, 'SIGHUP')).to.equal('in force');
      const { config } = connection;
      expect(await read(begun)).to.equal('unsure');
      expect(connection.config).to.equal(config);
      expect(await read(`${begun}${rest}`)).to.equal('in force');
      expect(connection.config).to.deep.equal(config);
    });
  }

  it('is in force at once where somebody says so by a signal, or where it takes nothing back', async () => {
    expect(await read(`${whole}  more: {}\n`)).to.equal('in force');
    expect(await read(half, 'SIGHUP')).to.equal('in force');
    expect(guarded()).to.equal(false);
  });

  it('is refused where it is wrong, and what was read before is no longer gone by', async () => {
    await read(half);
    expect(await read('networks: [')).to.equal('refused');
    expect(await read(half, 'the config has changed', true)).to.equal('unsure');
    expect(guarded()).to.equal(true);
    expect(told).to.deep.equal(['in-force', 'refused']);
  });
});
