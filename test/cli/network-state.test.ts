import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliResult, runCli, testFolder } from '../support/cli.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import type { RecreateNetwork } from '../../src/lib/model/step.js';
import { fileJournal } from '../../src/lib/reconcile/journal/file-journal.js';
import { documentOf, misfits, networkListShape } from '../support/json-document.js';
import { idOf } from '../support/world.js';
import { withDaemon } from './scenes.js';

const config = `networks:
  plain: {}
  changed: { internal: true, driver_opts: { com.docker.network.bridge.enable_icc: "false" } }
  labelled: { labels: { team: shop } }
  whatever: { internal: true, on_drift: ignore }
  absent: { internal: true, ipam: { config: [{ subnet: 10.128.9.0/24 }] } }
  theirs: { external: true }
apps:
  "1001":
    networks: { backend: {}, frontend: {} }
    services: { web: { networks: [backend, frontend] } }
`;

function daemon(): FakeDaemon {
  const made = new FakeDaemon();
  const managed = { 'fairlead.managed': 'true' };
  for (const name of ['plain', 'changed', 'labelled', 'whatever']) made.addNetwork(name, { Labels: managed });
  made.addNetwork('1001_backend', { Labels: { ...managed, 'fairlead.app': '1001' } });
  made.addNetwork('old', { Labels: managed });
  made.addNetwork('shop_default', { Labels: { 'com.docker.compose.project': 'shop' } });
  made.addNetwork('template', { ConfigOnly: true });
  for (const name of ['plain', 'changed', 'labelled', 'whatever', '1001_backend', 'shop_default']) {
    made.addContainer(`on-${name}`, { networks: [name], state: name === 'plain' ? 'exited' : 'running' });
  }
  return made;
}

async function list(...args: string[]): Promise<CliResult> {
  const folder = await mkdtemp(join(testFolder(), 'state-'));
  await writeFile(join(folder, 'fairlead.yaml'), config);
  const made = daemon();
  let result: CliResult | undefined;
  await withDaemon(made, async ({ host }) => {
    result = await runCli(['network', 'list', ...args], { host, cwd: folder });
  });
  expect(made.calls).to.have.members(['GET /version', 'GET /containers/json', 'GET /networks']);
  if (!result) throw new Error('did not run');
  expect([result.exitCode, result.stderr]).to.deep.equal([0, '']);
  return result;
}

describe('network list, where the config declares networks', () => {
  it('shows which are as declared, which differ in what, which are missing and what nothing is on', async () => {
    const { stdout } = await list();
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(line => line.split(/ {2,}/));
    expect(rows[0]).to.deep.equal(['NAME', 'DRIVER', 'SUBNETS', 'OWNER', 'STATE', 'MEMBERS (STOPPED)']);
    const told: Record<string, (string | undefined)[]> = Object.fromEntries(
      rows.map(([name = '', , , owner, state]) => [name, [owner, state]]),
    );
    expect(told).to.deep.include({
      '1001_backend': ['fairlead:1001', 'declared'],
      '1001_frontend': ['-', 'missing'],
      absent: ['-', 'missing'],
      bridge: ['engine', '-'],
      changed: ['fairlead', 'drift: internal, driver_opts.com.docker.network.bridge.enable_icc'],
      labelled: ['fairlead', 'label drift: labels.team'],
      old: ['fairlead', 'unused'],
      plain: ['fairlead', 'declared'],
      shop_default: ['compose:shop', '-'],
      template: ['-', '-'],
      theirs: ['-', 'missing (external)'],
      whatever: ['fairlead', 'ignored drift: internal'],
    });
    expect(rows.find(([name]) => name === 'absent')?.[2]).to.equal('10.128.9.0/24 internal');
    expect(rows.map(([name]) => name)).to.deep.equal([
      'NAME',
      ...rows
        .slice(1)
        .map(([name]) => name ?? '')
        .sort(),
    ]);
  });

  it('says the same as JSON', async () => {
    const document = documentOf(await list('--json'));
    expect(misfits(document, networkListShape)).to.deep.equal([]);
    const { networks, missing } = document as {
      networks: {
        name: string;
        state?: string;
        unused: boolean;
        app?: string;
        drift?: { field: string }[];
      }[];
      missing: { name: string; external: boolean }[];
    };
    const told = Object.fromEntries(
      networks.map(({ name, state, unused, app, drift = [] }) => [
        name,
        [state ?? '', unused, app ?? '', drift.map(({ field }) => field).join(' ')],
      ]),
    );
    expect(told).to.deep.include({
      '1001_backend': ['declared', false, '1001', ''],
      bridge: ['', false, '', ''],
      labelled: ['label-drift', false, '', 'labels.team'],
      old: ['', true, '', ''],
      whatever: ['ignored-drift', false, '', 'internal'],
    });
    expect(missing.map(({ name, external }) => [name, external])).to.deep.equal([
      ['absent', false],
      ['theirs', true],
      ['1001_frontend', false],
    ]);
  });
});

describe('network list, where a recreation was interrupted', () => {
  const step = (name: string): RecreateNetwork => ({
    do: 'recreate-network',
    job: 'networks',
    reason: 'internal: false → true',
    network: { name, id: idOf(`net ${name}`) },
    spec: { name, internal: true },
    previous: { name, ipam: { driver: 'default', options: {}, pools: [{ subnet: '10.128.9.0/24' }] } },
    members: [],
  });

  async function listed(...args: string[]): Promise<CliResult> {
    const folder = await mkdtemp(join(testFolder(), 'journal-'));
    let result: CliResult | undefined;
    await withDaemon(daemon(), async ({ host }) => {
      const journal = fileJournal(folder, { url: host }, process.pid);
      await journal.write({ version: 1, direction: 'forward', step: step('plain') });
      await journal.write({ version: 1, direction: 'back', step: step('taken-away') });
      await journal.write({ version: 1, direction: 'forward', step: step('changed') });
      const release = await journal.claim('changed');
      result = await runCli(['network', 'list', ...args], { host, env: { FAIRLEAD_STATE_DIR: folder } });
      await release();
    });
    if (!result) throw new Error('did not run');
    expect([result.exitCode, result.stderr]).to.deep.equal([0, '']);
    return result;
  }

  it('says so, also of a network that is away meanwhile', async () => {
    const rows = (await listed()).stdout.split('\n').map(line => line.split(/ {2,}/));
    const told = new Map(rows.map(([name = '', , subnets, , state]) => [name, [subnets, state]]));
    expect(told.get('NAME')).to.deep.equal(['SUBNETS', 'STATE']);
    expect(told.get('plain')?.[1]).to.equal('recreation interrupted');
    expect(told.get('changed')?.[1]).to.equal('recreation under way');
    expect(told.get('taken-away')).to.deep.equal(['10.128.9.0/24', 'recreation interrupted']);
    expect(told.get('labelled')?.[1]).to.equal('-');
  });

  it('says the same as JSON', async () => {
    const document = documentOf(await listed('--json'));
    expect(misfits(document, networkListShape)).to.deep.equal([]);
    const { networks, missing } = document as Record<
      'networks' | 'missing',
      { name: string; recreation?: string }[]
    >;
    const begun = [...networks, ...missing].filter(({ recreation }) => recreation !== undefined);
    expect(begun.map(({ name, recreation }) => [name, recreation])).to.have.deep.members([
      ['plain', 'interrupted'],
      ['changed', 'under way'],
      ['taken-away', 'interrupted'],
    ]);
  });
});
