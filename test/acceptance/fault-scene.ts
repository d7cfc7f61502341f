import { createContainer, runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { nginxProxy } from '../engine/nginx-proxy.js';
import { type PrivateEngine } from '../engine/private-engine.js';
import { type Client, startClient } from './client.js';
import { type MembershipLog, flapping, followMemberships } from './membership-log.js';
import { addressOn } from './outside/probes.js';
import { addHostAddress, hostAddress, networksOf } from './scene.js';
import { type HeldConnection, holdThrough, streamingApp, streamingSite } from './upstream.js';

/** What the scene's engine is to be kept as. */
export const faultConfig = [
  'networks: { shared: {} }',
  'attachments: [{ select: { labels: [tier] }, networks: [shared] }]',
  'proxies: [{ container: http-proxy }]',
  'retry: { attempts: 1, delay: 50ms, max_delay: 100ms }\n',
].join('\n');

/** What is nobody's business but its owner's: read before and after whatever goes wrong. */
export interface Foreign {
  readonly members: Readonly<Record<string, readonly string[]>>;
  readonly networks: readonly string[];
}

const strangers = ['stranger', 'sleeper'] as const;

/** What was there before any change, and is to stay as it is: whoever leaves one of these was harmed. */
const staying: Readonly<Record<string, readonly string[]>> = {
  'http-proxy': ['proxy_default', 'a-first_default', 'foreign'],
  'a-first': ['a-first_default'],
  stranger: ['foreign', 'a-first_default'],
  sleeper: ['foreign-empty'],
};

/** What was lost since somebody looks. */
export interface Losses {
  /** By clients of the port that the proxy publishes. */
  readonly port: string;
  /** By those of an application behind it, over a connection that they hold through the proxy and new ones. */
  readonly through: string;
  /** Memberships of `staying` that ended, if only for a moment. */
  readonly left: readonly string[];
  /** Memberships of anybody that began or ended more than once. */
  readonly flapped: readonly string[];
}

/** When nobody has noticed anything. */
export const nothingLost: Losses = {
  port: '0 connections broken, 0 refused {}',
  through: '0 broken, 0 failed {}',
  left: [],
  flapped: [],
};

/** A proxy with clients, applications that come and go, and containers and networks of somebody else. */
export class FaultScene {
  readonly engine: PrivateEngine;
  #client: Client | undefined;
  #held: HeldConnection | undefined;
  #log: MembershipLog | undefined;
  #apps = 0;

  constructor(engine: PrivateEngine) {
    this.engine = engine;
  }

  async furnish(): Promise<void> {
    const { engine } = this;
    await createNetwork(engine, { name: 'proxy_default' });
    // nginx itself ends a connection after 1,000 requests.
    const sites =
      'server { listen 80; keepalive_requests 10000000; location / { return 200 "proxy\\n"; } }\n' +
      streamingSite('a-first');
    await nginxProxy(engine, { name: 'http-proxy', network: 'proxy_default', publish: ['8080:80'], sites });
    await createNetwork(engine, { name: 'a-first_default' });
    await streamingApp(engine, 'a-first', 'a-first_default');
    await createNetwork(engine, { name: 'foreign' });
    await createNetwork(engine, { name: 'foreign-empty' });
    await runContainer(engine, { name: 'stranger', network: 'foreign' });
    await engine.api('POST', '/networks/a-first_default/connect', { Container: 'stranger' });
    await createContainer(engine, { name: 'sleeper', network: 'foreign-empty' });
    await engine.api('POST', '/networks/foreign/connect', { Container: 'http-proxy' });
  }

  /** Looks for what is lost, from now on; the proxy has joined `a-first_default`. */
  async watchLosses(): Promise<void> {
    this.#log = await followMemberships(this.engine);
    this.#client = await startClient(this.engine, hostAddress, 8080, 'proxy.local');
    // Not by the published port, which moves with the proxy's gateway before 28.0.
    const address = await addressOn(this.engine, 'http-proxy', 'proxy_default');
    this.#held = await holdThrough(this.engine, address, 'a-first.local');
  }

  /** Something for every job of a pass: an application and a container to be attached come, and one goes. */
  async change(): Promise<void> {
    const number = this.#apps;
    this.#apps += 1;
    const name = `a-${String(number)}`;
    const network = `${name}_default`;
    await createNetwork(this.engine, { name: network });
    await runContainer(this.engine, { name, network, env: { VIRTUAL_HOST: `${name}.local` } });
    await runContainer(this.engine, { name: `t${String(number)}`, labels: { tier: 'x' } });
    if (number > 0) await this.engine.api('DELETE', `/containers/a-${String(number - 1)}?force=1`);
  }

  /** Whether the engine itself says that all is as it was declared. */
  async isRight(): Promise<boolean> {
    const listed = await this.engine.api<
      { Names: string[]; Labels: Record<string, string>; NetworkSettings: { Networks: object } }[]
    >('GET', '/containers/json?all=1');
    const by = new Map(
      listed.map(({ Names, NetworkSettings }) => [Names[0]?.slice(1), Object.keys(NetworkSettings.Networks)]),
    );
    const wanted = ['a-first_default', 'foreign', 'proxy_default'];
    if (by.has(`a-${String(this.#apps - 1)}`)) wanted.push(`a-${String(this.#apps - 1)}_default`);
    const tier = listed.filter(({ Labels }) => Labels['tier'] !== undefined);
    return (
      by.get('http-proxy')?.sort().join() === wanted.sort().join() &&
      tier.every(({ NetworkSettings }) => 'shared' in NetworkSettings.Networks)
    );
  }

  async foreign(): Promise<Foreign> {
    const members: Record<string, string[]> = {};
    for (const name of strangers) members[name] = await networksOf(this.engine, name);
    const networks = await this.engine.api<{ Name: string; Id: string }[]>('GET', '/networks');
    const theirs = networks.filter(({ Name }) => !/^(shared|a-\d+_default|bridge)$/.test(Name));
    return { members, networks: theirs.map(({ Name, Id }) => `${Name} ${Id}`).sort() };
  }

  /** Who of those that are to stay has left a network so far, if only for a moment. */
  async leftSoFar(): Promise<readonly string[]> {
    const told = (await this.#log?.soFar()) ?? [];
    const lines = Object.entries(staying).flatMap(([who, networks]) =>
      networks.map(network => `disconnect ${who} ${network}`),
    );
    return told.filter(line => lines.includes(line));
  }

  /** What was lost since it is looked for. */
  async losses(): Promise<Losses> {
    const left = await this.leftSoFar();
    const told = (await this.#log?.soFar()) ?? [];
    const counts = await this.#client?.end();
    const through = await this.#held?.end();
    await this.#log?.[Symbol.asyncDispose]();
    this.#log = this.#client = this.#held = undefined;
    if (!counts || counts.fresh === 0) throw new Error('no client has had any answer');
    if (through === undefined) throw new Error('nobody went through the proxy');
    const { heldBroken, freshFailed, errors } = counts;
    const port = `${String(heldBroken)} connections broken, ${String(freshFailed)} refused ${JSON.stringify(errors)}`;
    return { port, through, left, flapped: flapping(told) };
  }

  /** Takes away what came by `change`, when no watch runs. */
  async clear(): Promise<void> {
    for (let number = 0; number < this.#apps; number += 1) {
      for (const name of [`a-${String(number)}`, `t${String(number)}`]) {
        await this.#try('DELETE', `/containers/${name}?force=1`);
      }
      await this.#try('POST', `/networks/a-${String(number)}_default/disconnect`, {
        Container: 'http-proxy',
      });
      await this.#try('DELETE', `/networks/a-${String(number)}_default`);
    }
    this.#apps = 0;
  }

  async #try(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<void> {
    await this.engine.api(method, path, body).catch(() => undefined);
  }
}

export async function faultScene(engine: PrivateEngine): Promise<FaultScene> {
  await addHostAddress(engine);
  const scene = new FaultScene(engine);
  await scene.furnish();
  return scene;
}
