import { defaultConfig } from '../../src/lib/config/default-config.js';
import type { FairleadConfig } from '../../src/lib/config/schema.js';
import type { Engine } from '../../src/lib/docker/engine.js';
import { wholePass, type WholePassFlags } from '../../src/cli/passes/whole-pass.js';
import type { World } from '../../src/lib/model/world.js';
import type { Report } from '../../src/lib/model/report.js';
import type { Memory } from '../../src/lib/reconcile/observe/memory.js';
import type { KernelAccess } from '../../src/lib/reconcile/observe/observe-kernel.js';
import { type PassOptions, type PassResult, runPass } from '../../src/lib/reconcile/pass.js';
import { describeStep, subjectOf } from '../../src/lib/report/describe.js';
import { type ContainerSettings, FakeDaemon, type Release } from './fake-daemon.js';
import { fakeEngine } from './fake-engine.js';
import { type FakeDevice, FakeKernel } from './fake-kernel.js';
import { MemoryJournal } from './memory-journal.js';

/** What a killed run would have done next. */
export class Killed extends Error {
  constructor() {
    super('killed');
  }
}

/** Of a killed run nothing is written down any more. */
class KillableJournal extends MemoryJournal {
  readonly #isKilled: () => boolean;

  constructor(isKilled: () => boolean) {
    super();
    this.#isKilled = isKilled;
  }

  override write(...args: Parameters<MemoryJournal['write']>): Promise<void> {
    return this.#isKilled() ? Promise.reject(new Killed()) : super.write(...args);
  }

  override clear(name: string): Promise<void> {
    return this.#isKilled() ? Promise.reject(new Killed()) : super.clear(name);
  }
}

/** An engine in memory and the kernel below it: what the one connects has a device in the other. */
export class WarpStage {
  readonly daemon: FakeDaemon;
  readonly kernel = new FakeKernel();
  readonly journal: MemoryJournal = new KillableJournal(() => this.budget <= 0);
  readonly engine: Engine;
  config: FairleadConfig = defaultConfig();
  access: KernelAccess = { kernel: this.kernel };
  /** Called before anything is changed, in the engine or in the kernel. */
  beforeChange: (() => void) | undefined;
  /** How many changes there may be before all that follows are as if the run were killed. */
  budget = Infinity;
  readonly #hosts = new Map<string, number>();

  constructor(release: Release = '28.5') {
    this.daemon = new FakeDaemon(release);
    this.daemon.processOf = ({ Id }) => this.kernel.process(Id);
    this.daemon.addressOn = ({ Id }, { IPAM }) => {
      const host = this.#hosts.get(Id) ?? this.#hosts.size + 2;
      this.#hosts.set(Id, host);
      return `${(IPAM.Config[0]?.Subnet ?? '').replace(/\.0\/.*/, '')}.${String(host)}`;
    };
    this.kernel.onChange = () => this.#change();
    this.engine = this.#onStage(fakeEngine(this.daemon));
  }

  #change(): void {
    this.beforeChange?.();
    if (this.budget <= 0) throw new Killed();
    this.budget -= 1;
  }

  #onStage(engine: Engine): Engine {
    const changing = async <R>(call: () => Promise<R>): Promise<R> => {
      this.#change();
      try {
        return await call();
      } finally {
        this.settle();
      }
    };
    return {
      ...engine,
      createNetwork: (spec, signal) => changing(() => engine.createNetwork(spec, signal)),
      removeNetwork: (network, signal) => changing(() => engine.removeNetwork(network, signal)),
      connect: (network, container, endpoint, signal) =>
        changing(() => engine.connect(network, container, endpoint, signal)),
      disconnect: (network, container, signal) =>
        changing(() => engine.disconnect(network, container, signal)),
    };
  }

  addNetwork(name: string, body: Record<string, unknown> = {}): void {
    this.daemon.addNetwork(name, body);
    this.settle();
  }

  /** Gives its ID. */
  run(name: string, settings: ContainerSettings = {}): string {
    const id = this.daemon.addContainer(name, settings);
    if (this.daemon.container(name).State === 'running') this.kernel.start({ id, name });
    this.settle();
    return id;
  }

  stop(name: string): void {
    this.daemon.stop(name);
    this.kernel.stop(this.idOf(name));
  }

  /** With a new namespace; with another address where it is to be a stranger to its old one. */
  start(name: string, host?: number): void {
    const id = this.idOf(name);
    if (host !== undefined) this.#hosts.set(id, host);
    this.daemon.start(name);
    this.kernel.start({ id, name });
    this.settle();
  }

  idOf(name: string): string {
    return this.daemon.container(name).Id;
  }

  bridge(name: string): string {
    const network = this.daemon.networks.find(({ Name }) => Name === name);
    return `br-${network?.Id.slice(0, 12) ?? ''}`;
  }

  /** Devices go and come with memberships; with a device go the routes over it. */
  settle(): void {
    const { networks, containers } = this.daemon;
    this.kernel.host = {
      ...this.kernel.host,
      interfaces: ['lo', ...networks.map(({ Name }) => this.bridge(Name))],
    };
    for (const { Id, State, Networks } of containers) {
      if (State !== 'running') continue;
      const wanted = Object.values(Networks).flatMap((endpoint): FakeDevice[] => {
        const network = networks.find(each => each.Id === endpoint.NetworkID);
        if (!network) return [];
        const name = `to-${network.Id.slice(0, 8)}`;
        const subnets = network.IPAM.Config.flatMap(({ Subnet }) => Subnet ?? []);
        return [{ name, kind: 'veth', addresses: [endpoint.IPAddress], subnets }];
      });
      const namespace = this.kernel.namespace(Id);
      for (const { name } of namespace.devices)
        if (!wanted.some(device => device.name === name)) this.kernel.removeDevice(Id, name);
      namespace.devices = wanted;
    }
  }

  async pass(
    options: Partial<PassOptions> = {},
    { memory, ...flags }: WholePassFlags & { readonly memory?: Memory } = {},
  ): Promise<PassResult<World>> {
    const { config, journal } = this;
    const pass = await wholePass(
      { config, configFile: 'fairlead.yaml', journal, kernel: () => Promise.resolve(this.access) },
      flags,
      { memory },
    );
    return runPass(this.engine, pass, { dryRun: false, journal, ...options });
  }

  /** The steps that a pass would do, as text. */
  async planned(memory?: Memory): Promise<string[]> {
    const { report } = await this.pass({ dryRun: true }, memory && { memory });
    return lines(report).filter(line => line.startsWith('planned'));
  }
}

/** What was attempted and how it ended, and what was refused or warned of. */
export function lines({ results, findings }: Report): string[] {
  return [
    ...results.map(({ step, outcome, note, failure }) => {
      const { verb, subject } = describeStep(step);
      const why = failure?.message ?? note;
      return `${outcome} ${verb} ${subject}${why === undefined ? '' : `: ${why}`}`;
    }),
    ...findings
      .filter(({ find }) => find === 'refused')
      .map(finding => `refused ${subjectOf(finding)}: ${finding.reason}`),
  ];
}
