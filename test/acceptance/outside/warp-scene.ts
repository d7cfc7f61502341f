import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type PrivateEngine, startEngine } from '../../engine/private-engine.js';
import type { Release } from '../../engine/releases.js';
import { type Ran, collect, fairleadInside, startInside } from '../fairlead.js';
import { type FirewallTools, firewallTools } from '../firewall-tools.js';
import { type GatewaySpec, createBridge, createEgress, egressNetwork, startGateway } from './gateways.js';
import { type Outside, outsideAddress, startOutside } from './outside.js';
import { addressOn, seenAs } from './probes.js';

/** What the default of `warp` targets are on, and one of its warps. */
export const workNetwork = 'work';

/** An engine with an outside, and the program run where the engine's bridges are. */
export class WarpScene implements AsyncDisposable {
  readonly engine: PrivateEngine;
  readonly outside: Outside;
  readonly #tools: FirewallTools;

  constructor(engine: PrivateEngine, outside: Outside, tools: FirewallTools) {
    this.engine = engine;
    this.outside = outside;
    this.#tools = tools;
  }

  /** The egress network and one that targets share with their warps. */
  async networks({ subnet6 }: { readonly subnet6?: string } = {}): Promise<void> {
    await createEgress(this.engine);
    await createBridge(this.engine, {
      name: workNetwork,
      subnet: '172.30.0.0/24',
      ...(subnet6 !== undefined && { subnet6 }),
    });
  }

  gateway(name: string, spec: Partial<GatewaySpec> = {}): Promise<string> {
    return startGateway(this.engine, { name, networks: [workNetwork], ...spec });
  }

  fairlead(...args: string[]): Promise<Ran> {
    return fairleadInside(this.engine, args, this.#env);
  }

  /** The same through a program that takes its command line, such as one that gives up rights. */
  async fairleadBy(wrapper: readonly string[], ...args: string[]): Promise<Ran> {
    return collect(startInside(this.engine, args, this.#env, wrapper));
  }

  /** The same, to be ended in the middle of it. */
  start(...args: string[]): ChildProcess {
    return this.startWith({}, ...args);
  }

  /** The same with more in its environment. */
  startWith(env: Readonly<Record<string, string>>, ...args: string[]): ChildProcess {
    return startInside(this.engine, args, { ...this.#env, ...env });
  }

  /** Writes a config, and returns the flags that name it. */
  async config(text: string): Promise<readonly ['--config', string]> {
    const file = join(this.engine.dir, 'test-config.yaml');
    await writeFile(file, text);
    return ['--config', file];
  }

  /** As whom outside sees a container: `direct`, the name of one of the warps, or why it gets no answer. */
  async wayOf(
    container: string,
    warps: readonly string[],
    destination = outsideAddress(1),
    port = 80,
  ): Promise<string> {
    const seen = await seenAs(this.engine, container, destination, port);
    const family = destination.includes(':') ? 'ipv6' : 'ipv4';
    for (const warp of warps)
      if (seen === (await addressOn(this.engine, warp, egressNetwork, family))) return warp;
    return /^[\d.]+$|:/.test(seen) ? 'direct' : seen;
  }

  /** Between two test cases. */
  async reset(): Promise<void> {
    await this.engine.reset();
    await this.outside.forget();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.stop();
    await this.#tools[Symbol.asyncDispose]();
  }

  get #env(): Record<string, string> {
    return { PATH: [this.#tools.folders[0], this.engine.env['PATH']].join(delimiter) };
  }
}

export async function startWarpScene(release: Release): Promise<WarpScene> {
  const engine = await startEngine({ release });
  try {
    return new WarpScene(engine, await startOutside(engine), await firewallTools());
  } catch (error) {
    await engine.stop();
    throw error;
  }
}
