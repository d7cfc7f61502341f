import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliResult, runCli, testFolder } from '../support/cli.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { documentOf, misfits, networkListShape } from '../support/json-document.js';
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
