import { expect } from 'chai';
import { FakeDaemon } from '../../support/fake-daemon.js';
import { fakeEngine } from '../../support/fake-engine.js';
import { ExitCode } from '../../../src/lib/model/errors.js';
import type { NetworkSpec } from '../../../src/lib/model/network.js';
import { exitCodeOf, type Report } from '../../../src/lib/model/report.js';
import { declareNetwork } from '../../../src/lib/networks/declaration.js';
import type { Step } from '../../../src/lib/model/step.js';
import { planNetworks } from '../../../src/lib/networks/plan.js';
import { proxyDeclaration } from '../../../src/lib/proxies/declaration.js';
import { inspectionFor } from '../../../src/lib/proxies/inspection.js';
import { planProxies } from '../../../src/lib/proxies/plan.js';
import { apply } from '../../../src/lib/reconcile/apply/apply.js';
import { observe, observeNetworks } from '../../../src/lib/reconcile/observe/observe.js';
import { runPass } from '../../../src/lib/reconcile/pass.js';

async function ensure(daemon: FakeDaemon, spec: NetworkSpec): Promise<Report> {
  const { report } = await runPass(
    fakeEngine(daemon),
    { observe: observeNetworks, plan: world => planNetworks([declareNetwork(spec)], world) },
    { dryRun: false },
  );
  return report;
}

async function join(daemon: FakeDaemon, dryRun = false, signal?: AbortSignal): Promise<Report> {
  const proxies = [proxyDeclaration('http-proxy')];
  const { report } = await runPass(
    fakeEngine(daemon),
    {
      observe: engine => observe(engine, inspectionFor(proxies)),
      plan: world => planProxies(proxies, world),
    },
    { dryRun, ...(signal && { signal }) },
  );
  return report;
}

const outcomes = (report: Report): string[] =>
  report.results.map(({ step, outcome }) => `${step.do} ${outcome}`);

function withProxy(release: ConstructorParameters<typeof FakeDaemon>[0] = '28.5'): FakeDaemon {
  const daemon = new FakeDaemon(release);
  daemon.addNetwork('proxy_default');
  daemon.addNetwork('shop');
  daemon.addContainer('http-proxy', { networks: ['proxy_default'], publishes: [80] });
  daemon.addContainer('web', { networks: ['shop'], env: ['VIRTUAL_HOST=shop.local'] });
  return daemon;
}

describe('Applying a plan', () => {
  it('costs three calls for a network that is missing, two for one that is there', async () => {
    const daemon = new FakeDaemon();
    expect(outcomes(await ensure(daemon, { name: 'shared' }))).to.deep.equal(['create-network done']);
    expect(daemon.calls).to.have.length(3);
    daemon.calls.length = 0;
    expect(outcomes(await ensure(daemon, { name: 'shared' }))).to.deep.equal([]);
    expect(daemon.calls).to.have.length(2);
  });

  for (const release of ['20.10', '26.1', '28.5'] as const) {
    it(`leaves one network of eight that are ensured at once on ${release}`, async () => {
      const daemon = new FakeDaemon(release);
      if (release === '20.10') {
        // The engine's own check and creation are two steps, between which others do the same.
        let creations = 0;
        daemon.intercept = call => {
          if (call !== 'POST /networks/create' || (creations += 1) > 8) return undefined;
          const id = daemon.addNetwork('shared', { Labels: { 'fairlead.managed': 'true' } });
          return { status: 201, body: { Id: id, Warning: '' } };
        };
      }
      const reports = await Promise.all(Array.from({ length: 8 }, () => ensure(daemon, { name: 'shared' })));
      expect(daemon.networks.filter(network => network.Name === 'shared')).to.have.length(1);
      expect(reports.map(report => exitCodeOf(report))).to.deep.equal(
        Array.from({ length: 8 }, () => ExitCode.asDesired),
      );
    });
  }

  it('never removes a duplicate that somebody else made or something is on', async () => {
    const daemon = new FakeDaemon('20.10');
    daemon.intercept = call => {
      if (call !== 'POST /networks/create') return undefined;
      daemon.addNetwork('shared');
      daemon.addContainer('member', { networks: ['shared'] });
      daemon.addNetwork('shared');
      const id = daemon.addNetwork('shared', { Labels: { 'fairlead.managed': 'true' } });
      return { status: 201, body: { Id: id, Warning: '' } };
    };
    await ensure(daemon, { name: 'shared' });
    expect(daemon.networks.filter(network => network.Name === 'shared')).to.have.length(2);
  });

  it('says so when the network that was faster is another one', async () => {
    const daemon = new FakeDaemon();
    daemon.intercept = call => {
      if (call === 'POST /networks/create') daemon.addNetwork('shared', { Internal: true });
      return undefined;
    };
    const report = await ensure(daemon, { name: 'shared', internal: false });
    expect(report.results[0]?.failure?.message).to.include(
      'another one was created meanwhile, with internal true',
    );
  });

  it('takes a membership that somebody else made meanwhile for a success', async () => {
    const daemon = withProxy();
    daemon.intercept = call => {
      if (call.endsWith('/connect')) daemon.join('http-proxy', 'shop');
      return undefined;
    };
    const report = await join(daemon);
    expect(outcomes(report)).to.deep.equal(['connect unchanged']);
    expect(exitCodeOf(report)).to.equal(ExitCode.asDesired);
  });

  it('marks the endpoint as its own and gives it the lowest priority', async () => {
    const daemon = withProxy();
    await join(daemon);
    expect(daemon.container('http-proxy').Networks['shop']).to.deep.include({
      DriverOpts: { 'fairlead.owner': 'proxy' },
      GwPriority: -1,
    });
  });

  it('joins, and leaves again when the last container is gone', async () => {
    const daemon = withProxy();
    await join(daemon);
    daemon.container('web').State = 'exited';
    expect(outcomes(await join(daemon))).to.deep.equal(['disconnect done']);
    expect(Object.keys(daemon.container('http-proxy').Networks)).to.deep.equal(['proxy_default']);
  });

  it('changes nothing in a dry run', async () => {
    const daemon = withProxy();
    const report = await join(daemon, true);
    expect(outcomes(report)).to.deep.equal(['connect planned']);
    expect(daemon.calls.filter(call => !call.startsWith('GET'))).to.deep.equal([]);
  });

  it('leaves after a join that failed, as long as something is left to it', async () => {
    const daemon = withProxy();
    await join(daemon);
    daemon.container('web').State = 'exited';
    daemon.addNetwork('blog');
    daemon.addContainer('blog', { networks: ['blog'], labels: { 'traefik.enable': 'true' } });
    daemon.intercept = call =>
      call.endsWith('/connect') ? { status: 400, body: { message: 'no' } } : undefined;
    const report = await join(daemon);
    expect(outcomes(report)).to.deep.equal(['connect failed', 'disconnect done']);
    expect(Object.keys(daemon.container('http-proxy').Networks)).to.deep.equal(['proxy_default']);
    expect(exitCodeOf(report)).to.equal(ExitCode.failed);
  });

  it('does not leave the last network for one that could not be joined', async () => {
    const daemon = withProxy();
    const engine = fakeEngine(daemon);
    const [home, shop] = ['proxy_default', 'shop'].map(name => {
      const { Id: id } = daemon.networks.find(({ Name }) => Name === name) ?? { Id: '' };
      return { id, name };
    });
    if (!home || !shop) throw new Error('the scene has both');
    const container = { id: daemon.container('http-proxy').Id, name: 'http-proxy' };
    const base = { job: 'proxies', container, reason: '' } as const;
    daemon.intercept = call =>
      call.endsWith('/connect') ? { status: 400, body: { message: 'no' } } : undefined;
    const steps: Step[] = [
      { ...base, do: 'connect', network: shop, endpoint: {} },
      { ...base, do: 'disconnect', network: home, needsJoins: true },
    ];
    const report = await apply(engine, await engine.info(), { steps, findings: [] });
    expect(outcomes(report)).to.deep.equal(['connect failed', 'disconnect skipped']);
    expect(Object.keys(daemon.container('http-proxy').Networks)).to.deep.equal(['proxy_default']);
  });

  it('goes on with what does not depend on a step that failed', async () => {
    const daemon = withProxy();
    daemon.addNetwork('blog');
    daemon.addContainer('blog', { networks: ['blog'], labels: { 'traefik.enable': 'true' } });
    let first = true;
    daemon.intercept = call => {
      if (!call.endsWith('/connect') || !first) return undefined;
      first = false;
      return { status: 400, body: { message: 'no' } };
    };
    expect(outcomes(await join(daemon))).to.deep.equal(['connect failed', 'connect done']);
  });

  it('ends at the first failure where that is asked for, and says so of the rest', async () => {
    const daemon = withProxy();
    for (const name of ['blog', 'wiki']) {
      daemon.addNetwork(name);
      daemon.addContainer(name, { networks: [name], labels: { 'traefik.enable': 'true' } });
    }
    const blog = daemon.networks.find(({ Name }) => Name === 'blog')?.Id ?? '';
    daemon.intercept = call =>
      call === `POST /networks/${blog}/connect` ? { status: 500, body: { message: 'no' } } : undefined;
    const proxies = [proxyDeclaration('http-proxy')];
    const { report } = await runPass(
      fakeEngine(daemon),
      {
        failFast: true,
        observe: engine => observe(engine, inspectionFor(proxies)),
        plan: world => planProxies(proxies, world),
      },
      { dryRun: false },
    );
    expect(outcomes(report)).to.deep.equal(['connect done', 'connect failed', 'connect skipped']);
    expect(report.results[2]?.note).to.equal('a step before it failed, and the first failure ends the run');
    expect(exitCodeOf(report)).to.equal(ExitCode.failed);
    // Without it the third is joined all the same.
    expect(outcomes(await join(daemon))).to.deep.equal(['connect failed', 'connect done']);
  });

  it('never leaves a network because of an inspect that failed once', async () => {
    const daemon = withProxy();
    await join(daemon);
    const web = daemon.container('web').Id;
    daemon.intercept = call =>
      call === `GET /containers/${web}/json` ? { status: 500, body: { message: 'try later' } } : undefined;
    const report = await join(daemon);
    expect(outcomes(report)).to.deep.equal([]);
    expect(report.findings.map(finding => finding.reason)).to.include(
      'could not read web: Could not inspect container web: try later.',
    );
  });

  it('skips what is left when it is interrupted', async () => {
    const daemon = withProxy();
    const controller = new AbortController();
    daemon.addNetwork('blog');
    daemon.addContainer('blog', { networks: ['blog'], labels: { 'traefik.enable': 'true' } });
    daemon.intercept = call => {
      if (call.endsWith('/connect')) controller.abort();
      return undefined;
    };
    expect(outcomes(await join(daemon, false, controller.signal))).to.deep.equal([
      'connect done',
      'connect skipped',
    ]);
  });

  it('makes a stopped proxy startable again that refers to a network made anew', async () => {
    const daemon = withProxy();
    await join(daemon);
    daemon.container('http-proxy').State = 'exited';
    const shop = daemon.networks.findIndex(network => network.Name === 'shop');
    daemon.networks.splice(shop, 1);
    const anew = daemon.addNetwork('shop');
    daemon.container('web').Networks = {};
    daemon.join('web', 'shop');
    expect(outcomes(await join(daemon))).to.deep.equal(['disconnect done', 'connect done']);
    expect(daemon.container('http-proxy').Networks['shop']?.NetworkID).to.equal(anew);
  });

  it('removes no stale entry by a name that the engine would take for the beginning of another ID', async () => {
    const daemon = withProxy();
    const victim = daemon.addNetwork('victim');
    const name = victim.slice(0, 3);
    daemon.addNetwork(name);
    daemon.join('http-proxy', name);
    daemon.join('http-proxy', 'victim');
    daemon.container('http-proxy').State = 'exited';
    daemon.networks.splice(
      daemon.networks.findIndex(network => network.Name === name),
      1,
    );
    const report = await join(daemon);
    expect(Object.keys(daemon.container('http-proxy').Networks)).to.include('victim');
    const failed = report.results.find(({ outcome }) => outcome === 'failed');
    expect(failed?.failure?.message).to.include('would take it for network victim');
  });

  it('removes no network that somebody could not be disconnected from, or that is in use meanwhile', async () => {
    const daemon = new FakeDaemon();
    const id = daemon.addNetwork('old', { Labels: { 'fairlead.managed': 'true' } });
    daemon.addContainer('job', { networks: ['bridge'], state: 'exited' });
    daemon.join('job', 'old');
    const engine = fakeEngine(daemon);
    const info = await engine.info();
    const [job] = await engine.listContainers();
    const network = { id, name: 'old' };
    const remove: Step = { do: 'remove-network', job: 'networks', network, reason: '' };
    const leave: Step = {
      do: 'disconnect',
      job: 'attachments',
      network,
      container: { id: job?.id ?? '', name: 'job' },
      reason: '',
    };
    daemon.intercept = call =>
      call.endsWith('/disconnect') ? { status: 400, body: { message: 'no' } } : undefined;
    const blocked = await apply(engine, info, { steps: [leave, remove], findings: [] });
    expect(outcomes(blocked)).to.deep.equal(['disconnect failed', 'remove-network skipped']);
    daemon.intercept = undefined;
    const used = await apply(engine, info, { steps: [remove], findings: [] });
    expect(outcomes(used)).to.deep.equal(['remove-network unchanged']);
    expect(daemon.networks.map(({ Name }) => Name)).to.include('old');
  });
});
