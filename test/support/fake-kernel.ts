import { ExitCode } from '../../src/lib/model/errors.js';
import type { GuardState, GuardedBridge } from '../../src/lib/model/guard.js';
import type { HostNetworking } from '../../src/lib/model/kernel-view.js';
import type { ContainerProcess, Link, NamespaceReading, Sysctls } from '../../src/lib/model/namespace.js';
import { noRouting, type RoutingChange, type RoutingState } from '../../src/lib/model/routing.js';
import type { WarpNat, WarpSide } from '../../src/lib/model/warp-side.js';
import { KernelError, type KernelFailure } from '../../src/lib/netns/kernel-error.js';
import type { ConfirmProcess, Kernel, NamespaceQuestion } from '../../src/lib/netns/kernel.js';
import { applyChange, type ConnectedDevice, Refused } from './kernel-routing.js';
import { changeText } from './routing-text.js';

/** An interface of a fake namespace, with the subnets that are connected to it. */
export interface FakeDevice extends Link, ConnectedDevice {}

/** One namespace, which containers may share. What is in it goes with the last process. */
export interface FakeNamespace {
  readonly inode: number;
  /** Whether it is the host's own. */
  readonly isHost: boolean;
  devices: readonly FakeDevice[];
  routing: RoutingState;
  sysctls: Sysctls;
  warpSide: WarpSide;
  /** Why it cannot be read at present. */
  unreadable?: string;
}

export type NamespaceSketch = Partial<Omit<FakeNamespace, 'inode'>>;

export const sysctls: Sysctls = {
  ipv4Forwarding: true,
  ipv6Forwarding: false,
  ipv6Disabled: false,
  acceptRedirects: false,
  sendRedirects: true,
  reversePathFilter: 0,
  srcValidMark: false,
  acceptsMarks: false,
};

const bareWarpSide: WarpSide = {
  tunnels: [],
  masquerades: [],
  dropping: [],
  clampsSegments: false,
  hasOwn: false,
};

interface Run {
  readonly process: ContainerProcess;
  readonly namespace: FakeNamespace;
}

/**
 * The kernel under the containers, in memory. It takes and refuses changes of the routing as the real one does, and
 * a container that is started anew has a new process and a new namespace with nothing in it.
 */
export class FakeKernel implements Kernel {
  /** What was asked, in order: the method, and the container's name where there is one. */
  readonly calls: string[] = [];
  /** Every change of the routing that was made, in order. */
  readonly changes: string[] = [];
  /** Called before each change of any kind; what it throws is the end of the call. */
  onChange: (() => void) | undefined;
  host: HostNetworking = { interfaces: ['lo'], filtersBridged: false, nameServers: [] };
  readonly #runs = new Map<string, Run>();
  readonly #failures = new Map<number, Error>();
  #nextPid = 2001;
  #nextInode = 4_026_532_001;

  /** Starts a container, with a namespace of its own unless it shares another one's. */
  start(
    { id, name }: Pick<ContainerProcess, 'id' | 'name'>,
    sketch: NamespaceSketch & { readonly sharesWith?: string } = {},
  ): ContainerProcess {
    const { sharesWith, ...rest } = sketch;
    const pid = this.#nextPid++;
    const process = { id, name, pid, startedAt: `2026-01-01T00:00:00.${String(pid)}Z` };
    const shared = sharesWith === undefined ? undefined : this.#runs.get(sharesWith)?.namespace;
    const namespace: FakeNamespace = shared ?? {
      inode: this.#nextInode++,
      isHost: false,
      devices: [],
      routing: noRouting,
      sysctls,
      warpSide: bareWarpSide,
      ...rest,
    };
    this.#runs.set(id, { process, namespace });
    return process;
  }

  /** Its process ends. Whoever shares its namespace stays in it. */
  stop(id: string): void {
    this.#runs.delete(id);
  }

  /** As Docker does it: the same devices again, and nothing of ours. */
  restart(id: string): ContainerProcess {
    const { process, namespace } = this.#run(id);
    const { isHost, devices, warpSide } = namespace;
    this.stop(id);
    return this.start(process, { isHost, devices, warpSide: { ...othersIn(warpSide), hasOwn: false } });
  }

  /** The namespace of a running container. */
  namespace(id: string): FakeNamespace {
    return this.#run(id).namespace;
  }

  process(id: string): ContainerProcess {
    return this.#run(id).process;
  }

  /** Takes a device away, with every route over it, as a disconnect does: the rules stay. */
  removeDevice(id: string, device: string): void {
    const namespace = this.namespace(id);
    const { routing } = namespace;
    namespace.devices = namespace.devices.filter(({ name }) => name !== device);
    const routes = routing.routes.filter(route => route.type !== 'via' || route.device !== device);
    namespace.routing = { ...routing, routes };
  }

  /** Lets one call fail: 0 is the next. */
  failAt(call: number, failure: KernelFailure | Error = 'refused'): void {
    const error = failure instanceof Error ? failure : failed(failure, 'was told to fail');
    this.#failures.set(this.calls.length + call, error);
  }

  async check(): Promise<void> {
    await this.#called('check');
  }

  async readHost(): Promise<HostNetworking> {
    await this.#called('readHost');
    return structuredClone(this.host);
  }

  async readGuard(): Promise<GuardState | undefined> {
    await this.#called('readGuard');
    return structuredClone(this.host.guard);
  }

  async findHolders(): Promise<ReadonlySet<string>> {
    await this.#called('findHolders');
    const holding = [...this.#runs.values()].filter(({ namespace }) => isHolding(namespace));
    return new Set(holding.map(({ process }) => process.id));
  }

  async readNamespace(process: ContainerProcess, question: NamespaceQuestion): Promise<NamespaceReading> {
    await this.#called('readNamespace', process);
    const namespace = this.#current(process);
    if (!namespace) return { read: 'gone' };
    if (namespace.isHost) return { read: 'host' };
    if (namespace.unreadable !== undefined) throw failed('no-answer', namespace.unreadable);
    const { inode, routing, devices, sysctls: switches, warpSide } = namespace;
    const links = devices.map(linkOf);
    const side = question.warpSide ? { warpSide } : {};
    return structuredClone({ read: 'state', state: { inode, routing, links, sysctls: switches, ...side } });
  }

  async changeRouting(
    process: ContainerProcess,
    changes: readonly RoutingChange[],
    confirm: ConfirmProcess,
  ): Promise<void> {
    await this.#called('changeRouting', process);
    const namespace = await this.#open(process, confirm);
    for (const change of changes) {
      this.onChange?.();
      try {
        namespace.routing = applyChange(namespace.routing, change, namespace.devices);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        throw failed(error.answer === 'gateway' ? 'refused' : 'conflict', error.message);
      }
      this.changes.push(`${process.name}: ${changeText(change)}`);
    }
  }

  async setNat(process: ContainerProcess, nat: WarpNat | undefined, confirm: ConfirmProcess): Promise<void> {
    await this.#called('setNat', process);
    const namespace = await this.#open(process, confirm);
    this.onChange?.();
    const others = othersIn(namespace.warpSide);
    namespace.warpSide = { ...others, hasOwn: nat !== undefined, ...(nat && { nat }) };
  }

  /** What is written down for the next boot, where anything was. */
  keptForBoot: readonly GuardedBridge[] | undefined;

  keepForBoot(bridges: readonly GuardedBridge[] | undefined): Promise<void> {
    this.keptForBoot = bridges ?? this.keptForBoot;
    return Promise.resolve();
  }

  async setGuard(bridges: readonly GuardedBridge[]): Promise<void> {
    await this.#called('setGuard');
    this.onChange?.();
    const guard = { whole: true, bridges: bridges.map(bridge => ({ ...bridge, dropped: 0 })) };
    const host = { ...this.host, guard };
    if (bridges.length === 0) Reflect.deleteProperty(host, 'guard');
    this.host = host;
  }

  #run(id: string): Run {
    const run = this.#runs.get(id);
    if (!run) throw new Error(`no process in the fake kernel has the container ID ${id}`);
    return run;
  }

  /** The namespace of a process that is still the container's. */
  #current({ id, pid, startedAt }: ContainerProcess): FakeNamespace | undefined {
    const run = this.#runs.get(id);
    return run?.process.pid === pid && run.process.startedAt === startedAt ? run.namespace : undefined;
  }

  /** It is asked who it is after it is open, as the real one does: in between, a PID may change hands. */
  async #open(process: ContainerProcess, confirm: ConfirmProcess): Promise<FakeNamespace> {
    const namespace = this.#current(process);
    const now = await confirm();
    if (!namespace || now?.pid !== process.pid || now.startedAt !== process.startedAt)
      throw failed('gone', `${process.name} has ended or runs anew`);
    if (namespace.isHost) throw failed('host-namespace', `${process.name} is in the host's own namespace`);
    return namespace;
  }

  async #called(method: string, process?: ContainerProcess): Promise<void> {
    const failure = this.#failures.get(this.calls.length);
    this.calls.push(process ? `${method} ${process.name}` : method);
    // The kernel never answers within the same turn.
    await Promise.resolve();
    if (failure) throw failure;
  }
}

/** What is found without a process of its own: a table of ours in IPv4, or the beacon of NAT. */
function isHolding({ routing, warpSide }: FakeNamespace): boolean {
  const isOwn = (table: number): boolean => table >= 21_400_000 && table < 21_600_000;
  return warpSide.hasOwn || routing.routes.some(({ family, table }) => family === 'ipv4' && isOwn(table));
}

/** What is not ours in a warp. */
function othersIn({
  tunnels,
  masquerades,
  dropping,
  clampsSegments,
}: WarpSide): Omit<WarpSide, 'nat' | 'hasOwn'> {
  return { tunnels, masquerades, dropping, clampsSegments };
}

function linkOf({ name, mac, kind, addresses }: FakeDevice): Link {
  return { name, ...(mac !== undefined && { mac }), ...(kind !== undefined && { kind }), addresses };
}

function failed(failure: KernelFailure, message: string): KernelError {
  return new KernelError(failure, message, {
    exit: failure === 'privileges' ? ExitCode.privileges : ExitCode.failed,
  });
}
