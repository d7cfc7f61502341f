import { expect } from 'chai';
import { type Answer, FakeDaemon, type Release } from '../../support/fake-daemon.js';
import { fakeEngine } from '../../support/fake-engine.js';
import { MemoryJournal } from '../../support/memory-journal.js';
import { ExitCode } from '../../../src/lib/model/errors.js';
import type { NetworkSpec } from '../../../src/lib/model/network.js';
import { exitCodeOf, type Report } from '../../../src/lib/model/report.js';
import { declareNetwork } from '../../../src/lib/networks/declaration.js';
import { inspectionForNetworks, isToRecreate } from '../../../src/lib/networks/inspection.js';
import { planNetworks } from '../../../src/lib/networks/plan.js';
import { begunElsewhere } from '../../../src/lib/reconcile/journal/journal-steps.js';
import { observe } from '../../../src/lib/reconcile/observe/observe.js';
import { withGhosts } from '../../../src/lib/reconcile/observe/observe-ghosts.js';
import { runPass } from '../../../src/lib/reconcile/pass.js';

const own = { Labels: { 'fairlead.managed': 'true' }, IPAM: { Config: [{ Subnet: '10.9.0.0/24' }] } };
const wanted: NetworkSpec = { name: 'shared', internal: true };

/** A process that is killed: nothing after this is ever called. */
class Killed extends Error {}

async function ensure(
  daemon: FakeDaemon,
  journal: MemoryJournal,
  spec: NetworkSpec = wanted,
  force = false,
): Promise<Report> {
  const declarations = [declareNetwork(spec, true)];
  const begun = await begunElsewhere(journal);
  const { report } = await runPass(
    fakeEngine(daemon),
    {
      observe: async engine => {
        const seen = await observe(engine, inspectionForNetworks(declarations));
        return withGhosts(engine, seen, isToRecreate(declarations));
      },
      plan: world => planNetworks(declarations, world, { force, ...begun }),
    },
    { dryRun: false, journal },
  );
  return report;
}

/** Members of every kind, each with settings of its own. */
function scene(release: Release): FakeDaemon {
  const daemon = new FakeDaemon(release);
  daemon.addNetwork('shared', own);
  daemon.addContainer('web', { networks: ['shared'] });
  daemon.addContainer('db', { networks: ['bridge'] });
  daemon.join('db', 'shared', { Aliases: ['sql', 'db'], IPAMConfig: { IPv4Address: '10.9.0.5' } });
  daemon.addContainer('paused', { networks: ['shared'], state: 'paused' });
  daemon.addContainer('stopped', { networks: ['bridge'], state: 'exited' });
  daemon.join('stopped', 'shared', { Aliases: ['old'], DriverOpts: { 'fairlead.owner': 'attachment' } });
  daemon.addContainer('created', { networks: ['shared'], state: 'created' });
  daemon.addContainer('proxy', { networks: ['bridge'] });
  daemon.join('proxy', 'shared', { GwPriority: -1, DriverOpts: { 'fairlead.owner': 'proxy' } });
  daemon.addContainer('bystander', { networks: ['bridge'] });
  return daemon;
}

/** Who is on the network and how; which network it is does not count. */
function memberships(daemon: FakeDaemon): unknown {
  return daemon.containers.map(({ Name, Networks }) => {
    const { NetworkID: id, ...settings } = Networks['shared'] ?? { NetworkID: 'none' };
    return [Name, id === 'none' ? 'not on it' : settings, Object.keys(Networks).sort()];
  });
}

/** Every entry refers to the network that is there, so that every container can start. */
function expectIntact(daemon: FakeDaemon): void {
  const [network, ...others] = daemon.networks.filter(({ Name }) => Name === 'shared');
  expect(others).to.deep.equal([]);
  for (const container of daemon.containers) {
    const entry = container.Networks['shared'];
    if (entry && entry.NetworkID !== '') expect(entry.NetworkID).to.equal(network?.Id);
  }
}

const isInternal = (daemon: FakeDaemon): boolean | undefined =>
  daemon.networks.find(({ Name }) => Name === 'shared')?.Internal;

describe('Recreating a network', () => {
  for (const release of ['20.10', '26.1', '28.5'] as const) {
    it(`puts every member back as it was on ${release}, running, paused, stopped or created`, async () => {
      const daemon = scene(release);
      const before = memberships(daemon);
      const journal = new MemoryJournal();
      const report = await ensure(daemon, journal);
      expect(exitCodeOf(report)).to.equal(ExitCode.asDesired);
      expect(memberships(daemon)).to.deep.equal(before);
      expect(isInternal(daemon)).to.equal(true);
      expectIntact(daemon);
      expect(journal.records.size).to.equal(0);
      expect((await ensure(daemon, journal)).results).to.deep.equal([]);
    });
  }

  it('keeps the subnet where none is declared, so that static addresses fit', async () => {
    const daemon = scene('28.5');
    await ensure(daemon, new MemoryJournal());
    const network = daemon.networks.find(({ Name }) => Name === 'shared');
    expect(network?.IPAM.Config).to.deep.equal([{ Subnet: '10.9.0.0/24' }]);
  });

  it('is finished by the next run, whichever call the first one is killed at', async () => {
    const calls = scene('28.5');
    await ensure(calls, new MemoryJournal());
    const total = calls.calls.length;
    expect(total).to.be.above(20);
    for (let killedAt = 1; killedAt <= total; killedAt += 1) {
      const daemon = scene('28.5');
      const before = memberships(daemon);
      const journal = new MemoryJournal();
      let made = 0;
      daemon.intercept = () => {
        made += 1;
        // The process is gone: the call was not made, and neither is any after it.
        if (made >= killedAt) throw new Killed();
        return undefined;
      };
      const frozen = journal.clear.bind(journal);
      journal.clear = name => (made >= killedAt ? Promise.resolve() : frozen(name));
      journal.write = record => {
        if (made < killedAt) journal.records.set(record.step.network.name, structuredClone(record));
        return Promise.resolve();
      };
      await ensure(daemon, journal).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      daemon.intercept = undefined;
      journal.clear = frozen;
      journal.write = record => {
        journal.records.set(record.step.network.name, record);
        return Promise.resolve();
      };

      const again = await ensure(daemon, journal);
      expect(exitCodeOf(again), `killed at call ${String(killedAt)}`).to.equal(ExitCode.asDesired);
      expect(memberships(daemon), `killed at call ${String(killedAt)}`).to.deep.equal(before);
      expect(isInternal(daemon)).to.equal(true);
      expectIntact(daemon);
      expect(journal.records.size).to.equal(0);
    }
  });

  it('puts the old network and its members back when the new one is refused', async () => {
    const daemon = scene('28.5');
    const before = memberships(daemon);
    const journal = new MemoryJournal();
    let refusals = 1;
    daemon.intercept = (call): Answer | undefined =>
      call === 'POST /networks/create' && (refusals -= 1) >= 0
        ? { status: 403, body: { message: 'Pool overlaps with other one on this address space' } }
        : undefined;
    const report = await ensure(daemon, journal);
    expect(report.results[0]?.outcome).to.equal('failed');
    expect(report.results[0]?.failure?.message).to.include('Pool overlaps');
    expect(report.results[0]?.failure?.hints).to.include(
      'The old network is back, with its members as they were.',
    );
    expect(memberships(daemon)).to.deep.equal(before);
    expect(isInternal(daemon)).to.equal(false);
    expectIntact(daemon);
    expect(journal.records.size).to.equal(0);
  });

  it('puts the old network back when a member cannot return to the new one', async () => {
    const daemon = scene('28.5');
    const before = memberships(daemon);
    let refusals = 1;
    daemon.intercept = (call): Answer | undefined =>
      call.endsWith('/connect') && isInternal(daemon) === true && (refusals -= 1) >= 0
        ? { status: 403, body: { message: 'Address already in use' } }
        : undefined;
    const report = await ensure(daemon, new MemoryJournal());
    expect(exitCodeOf(report)).to.equal(ExitCode.failed);
    expect(memberships(daemon)).to.deep.equal(before);
    expect(isInternal(daemon)).to.equal(false);
    expectIntact(daemon);
  });

  it('leaves the rest to the next run when the engine goes away halfway', async () => {
    const daemon = scene('28.5');
    const before = memberships(daemon);
    const journal = new MemoryJournal();
    daemon.intercept = (call): Answer | undefined =>
      call === 'POST /networks/create' ? { status: 502, body: undefined } : undefined;
    await ensure(daemon, journal).catch(() => undefined);
    daemon.intercept = undefined;
    await ensure(daemon, journal);
    expect(memberships(daemon)).to.deep.equal(before);
    expectIntact(daemon);
  });

  it('takes along who joined between the plan and the change', async () => {
    const daemon = scene('28.5');
    let late = true;
    daemon.intercept = call => {
      if (late && call === 'GET /networks' && daemon.calls.filter(made => made === call).length === 2) {
        late = false;
        daemon.addContainer('late', { networks: ['shared'], state: 'exited' });
      }
      return undefined;
    };
    await ensure(daemon, new MemoryJournal());
    expect(Object.keys(daemon.container('late').Networks)).to.deep.equal(['shared']);
    expectIntact(daemon);
  });

  it('gives fixed addresses first, for an engine gives free ones to whoever comes', async () => {
    const daemon = scene('28.5');
    await ensure(daemon, new MemoryJournal());
    const connects = daemon.calls.filter(call => call.endsWith('/connect'));
    expect(connects).to.have.length(6);
    const order: string[] = [];
    const again = scene('28.5');
    const connect = again.request.bind(again);
    again.request = (method, path, body) => {
      if (path.endsWith('/connect')) {
        order.push(again.containers.find(({ Id }) => Id === body?.['Container'])?.Name ?? '');
      }
      return connect(method, path, body);
    };
    await ensure(again, new MemoryJournal());
    expect(order[0]).to.equal('db');
  });

  it('puts the old network back when somebody removes the new one while nothing is on it', async () => {
    const daemon = scene('28.5');
    const before = memberships(daemon);
    const journal = new MemoryJournal();
    let pruned = false;
    daemon.intercept = call => {
      if (!pruned && call.endsWith('/connect')) {
        pruned = true;
        daemon.networks.splice(
          daemon.networks.findIndex(({ Name }) => Name === 'shared'),
          1,
        );
      }
      return undefined;
    };
    const report = await ensure(daemon, journal);
    expect(exitCodeOf(report)).to.equal(ExitCode.failed);
    expect(memberships(daemon)).to.deep.equal(before);
    expectIntact(daemon);
  });

  it('lets no member that cannot return keep the others away', async () => {
    const daemon = scene('28.5');
    const journal = new MemoryJournal();
    const web = daemon.container('web').Id;
    const connect = daemon.request.bind(daemon);
    daemon.request = (method, path, body) =>
      path.endsWith('/connect') && body?.['Container'] === web
        ? { status: 403, body: { message: 'no' } }
        : connect(method, path, body);
    await ensure(daemon, journal);
    for (const name of ['db', 'paused', 'stopped', 'created', 'proxy']) {
      expect(Object.keys(daemon.container(name).Networks), name).to.include('shared');
    }
    // It is not forgotten.
    expect(journal.records.size).to.equal(1);
    daemon.request = connect;
    await ensure(daemon, journal);
    expect(Object.keys(daemon.container('web').Networks)).to.deep.equal(['shared']);
  });

  it('keeps gateway, range and reserved addresses that nobody declared', async () => {
    const daemon = scene('28.5');
    const pool = {
      Subnet: '10.9.0.0/24',
      Gateway: '10.9.0.254',
      AuxiliaryAddresses: { printer: '10.9.0.9' },
    };
    for (const network of daemon.networks) if (network.Name === 'shared') network.IPAM.Config = [pool];
    const spec = { name: 'shared', internal: true, ipam: { pools: [{ subnet: '10.9.0.0/24' }] } };
    await ensure(daemon, new MemoryJournal(), spec);
    expect(daemon.networks.find(({ Name }) => Name === 'shared')?.IPAM.Config).to.deep.equal([pool]);
  });

  /** What an engine keeps of containers whose end it could not write down. */
  function leave(daemon: FakeDaemon, ...names: readonly string[]): void {
    daemon.ghosts.set(daemon.networks.find(({ Name }) => Name === 'shared')?.Id ?? '', [...names]);
  }

  const refusals: readonly [name: string, prepare: (daemon: FakeDaemon) => NetworkSpec, hint: RegExp][] = [
    [
      'a network that somebody else made',
      daemon => {
        for (const network of daemon.networks) if (network.Name === 'shared') network.Labels = {};
        return wanted;
      },
      /somebody else made it: recreating it takes --force/,
    ],
    [
      'one that belongs to Compose',
      daemon => {
        for (const network of daemon.networks) {
          if (network.Name === 'shared') network.Labels = { 'com.docker.compose.project': 'shop' };
        }
        return wanted;
      },
      /it belongs to Compose project shop/,
    ],
    [
      'a subnet that another network uses',
      daemon => {
        daemon.addNetwork('other', { IPAM: { Config: [{ Subnet: '10.10.0.0/24' }] } });
        return { name: 'shared', ipam: { pools: [{ subnet: '10.10.0.0/25' }] } };
      },
      /overlaps 10\.10\.0\.0\/24 of network other/,
    ],
    [
      'a subnet that a static address is not in',
      () => ({ name: 'shared', ipam: { pools: [{ subnet: '10.11.0.0/24' }] } }),
      /db has the static address 10\.9\.0\.5, which is in no subnet/,
    ],
    [
      'a gateway that a static address is',
      () => ({ name: 'shared', ipam: { pools: [{ subnet: '10.9.0.0/24', gateway: '10.9.0.5' }] } }),
      /db has the static address 10\.9\.0\.5, which would be the gateway/,
    ],
    [
      'a member in a restart loop',
      daemon => {
        daemon.container('web').State = 'restarting';
        return wanted;
      },
      /web is in a restart loop/,
    ],
    [
      'a member that was created on the network’s ID',
      daemon => {
        const id = daemon.networks.find(({ Name }) => Name === 'shared')?.Id;
        daemon.container('web').NetworkMode = id ?? '';
        return wanted;
      },
      /web was created on the network's ID/,
    ],
    [
      'one that an endpoint of a container that is no more is left on',
      daemon => {
        leave(daemon, 'gone');
        return wanted;
      },
      /an endpoint of gone, a container that is no more, is left on it: removing it along takes --force/,
    ],
    [
      'a member that could not be read',
      daemon => {
        const id = daemon.container('db').Id;
        daemon.intercept = call =>
          call === `GET /containers/${id}/json` ? { status: 500, body: { message: 'busy' } } : undefined;
        return wanted;
      },
      /the settings of db on it could not be read/,
    ],
  ];
  it('removes with --force what is left of containers that are no more, and names it', async () => {
    const daemon = scene('28.5');
    const before = memberships(daemon);
    leave(daemon, 'gone', 'gone-too');
    const report = await ensure(daemon, new MemoryJournal(), wanted, true);
    expect(exitCodeOf(report)).to.equal(ExitCode.asDesired);
    const warned = report.findings.filter(({ find }) => find === 'warning').map(({ reason }) => reason);
    expect(warned).to.include(
      'an endpoint of gone, a container that is no more, is left on it, and is removed along',
    );
    expect(memberships(daemon)).to.deep.equal(before);
    expect(isInternal(daemon)).to.equal(true);
    expectIntact(daemon);
  });

  it('puts all back where something was left since the plan, and tries no more than once', async () => {
    const daemon = scene('28.5');
    const before = memberships(daemon);
    const journal = new MemoryJournal();
    daemon.intercept = call => {
      if (call.startsWith('DELETE') && daemon.ghosts.size === 0) leave(daemon, 'gone');
      return undefined;
    };
    const report = await ensure(daemon, journal);
    expect(report.results[0]?.failure?.message).to.include(
      'an endpoint of gone, a container that is no more',
    );
    expect(report.results[0]?.failure?.hints).to.deep.equal([
      'The old network is back, with its members as they were.',
      'To have it removed too: fairlead network ensure shared --recreate --force',
    ]);
    expect(memberships(daemon)).to.deep.equal(before);
    expect(daemon.calls.filter(call => call.startsWith('DELETE'))).to.have.length(1);
    expect(daemon.ghosts.size).to.equal(1);
    expect(journal.records.size).to.equal(0);
    daemon.intercept = undefined;
    expect(exitCodeOf(await ensure(daemon, journal, wanted, true))).to.equal(ExitCode.asDesired);
  });

  for (const [where, networks] of [
    ['on the network', ['shared']],
    ['elsewhere', ['bridge']],
  ] as const) {
    it(`detaches nobody who is created ${where} under the name of what is left, a moment before that goes`, async () => {
      const daemon = scene('28.5');
      leave(daemon, 'gone', 'reborn');
      const request = daemon.request.bind(daemon);
      const byName: unknown[] = [];
      daemon.request = (method, path, body) => {
        if (body?.['Force'] === true) byName.push(body['Container']);
        // All have been looked for by then.
        if (body?.['Container'] === 'gone') daemon.addContainer('reborn', { networks: [...networks] });
        return request(method, path, body);
      };
      const report = await ensure(daemon, new MemoryJournal(), wanted, true);
      expect(byName).to.deep.equal(['gone']);
      expect(report.results[0]?.failure?.message).to.include(
        'the engine takes the name for container reborn',
      );
      expect(Object.keys(daemon.container('reborn').Networks)).to.deep.equal(networks);
      expectIntact(daemon);
      const others = daemon.containers.filter(({ Name }) => Name !== 'reborn');
      expect(others.map(({ Networks }) => Object.keys(Networks).sort())).to.deep.equal(
        scene('28.5').containers.map(({ Networks }) => Object.keys(Networks).sort()),
      );
    });
  }

  it('takes no endpoint for one that is left which is being made for a member right now', async () => {
    const daemon = scene('28.5');
    let asked = 0;
    leave(daemon, 'web');
    daemon.intercept = call => {
      // By the time of the change the container has it.
      if (call.startsWith('DELETE') && (asked += 1) === 1) daemon.ghosts.clear();
      return undefined;
    };
    expect(exitCodeOf(await ensure(daemon, new MemoryJournal()))).to.equal(ExitCode.asDesired);
  });

  for (const [name, prepare, hint] of refusals) {
    it(`refuses ${name}, before anything is touched`, async () => {
      const daemon = scene('28.5');
      const spec = prepare(daemon);
      const report = await ensure(daemon, new MemoryJournal(), spec);
      expect(report.results).to.deep.equal([]);
      expect(exitCodeOf(report)).to.equal(ExitCode.differences);
      expect(report.findings[0]?.hints?.join('\n')).to.match(hint);
      expect(daemon.calls.filter(call => !call.startsWith('GET'))).to.deep.equal([]);
    });
  }

  for (const [what, nameOf] of [
    ['a container has that name again', (): string => 'bystander'],
    ['a container’s ID begins so', (daemon: FakeDaemon) => daemon.container('bystander').Id.slice(0, 4)],
  ] as const) {
    it(`does not send the engine after what is left where ${what}, --force or not`, async () => {
      const daemon = scene('28.5');
      leave(daemon, nameOf(daemon));
      const report = await ensure(daemon, new MemoryJournal(), wanted, true);
      expect(report.results).to.deep.equal([]);
      expect(report.findings[0]?.hints?.join()).to.match(
        /the engine takes the name for container bystander: what is left goes when the engine is restarted/,
      );
      expect(daemon.calls.filter(call => !call.startsWith('GET'))).to.deep.equal([]);
    });
  }

  it('does what it refused with --force, and keeps the labels that others put there', async () => {
    const daemon = scene('28.5');
    for (const network of daemon.networks) {
      if (network.Name === 'shared') network.Labels = { 'com.docker.compose.project': 'shop' };
    }
    const report = await ensure(daemon, new MemoryJournal(), wanted, true);
    expect(exitCodeOf(report)).to.equal(ExitCode.asDesired);
    expect(daemon.networks.find(({ Name }) => Name === 'shared')?.Labels).to.deep.equal({
      'com.docker.compose.project': 'shop',
      // It stays theirs: prune must not take it for ours.
      'fairlead.recreated': 'true',
    });
  });
});
