import { createContainer, runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { nginxProxy } from '../engine/nginx-proxy.js';
import { type PrivateEngine } from '../engine/private-engine.js';
import { addHostAddress, hostAddress, networksOf, startApp } from './scene.js';
import { type Client, startClient } from './client.js';

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

/** When nobody has noticed anything. */
export const nothingLost = '0 connections broken, 0 refused {}';

/** A proxy with clients, applications that come and go, and containers and networks of somebody else. */
export class FaultScene {
  readonly engine: PrivateEngine;
  #client: Client | undefined;
  #apps = 0;

  constructor(engine: PrivateEngine) {
    this.engine = engine;
  }

  async furnish(): Promise<void> {
    const { engine } = this;
    await createNetwork(engine, { name: 'proxy_default' });
    // nginx itself ends a connection after 1,000 requests.
    const sites =
      'server { listen 80; keepalive_requests 10000000; location / { return 200 "proxy\\n"; } }\n';
    await nginxProxy(engine, { name: 'http-proxy', network: 'proxy_default', publish: ['8080:80'], sites });
    await startApp(engine, 'a-first');
    await createNetwork(engine, { name: 'foreign' });
    await createNetwork(engine, { name: 'foreign-empty' });
    await runContainer(engine, { name: 'stranger', network: 'foreign' });
    await engine.api('POST', '/networks/a-first_default/connect', { Container: 'stranger' });
    await createContainer(engine, { name: 'sleeper', network: 'foreign-empty' });
    await engine.api('POST', '/networks/foreign/connect', { Container: 'http-proxy' });
  }

  /** Clients of the proxy's published port, from now on. */
  async watchClients(): Promise<void> {
    this.#client = await startClient(this.engine, hostAddress, 8080, 'proxy.local');
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

  /** What its clients lost of the proxy's published port since they are watched. */
  async lostByClients(): Promise<string> {
    const counts = await this.#client?.end();
    this.#client = undefined;
    if (!counts || counts.fresh === 0) throw new Error('no client has had any answer');
    const { heldBroken, freshFailed, errors } = counts;
    return `${String(heldBroken)} connections broken, ${String(freshFailed)} refused ${JSON.stringify(errors)}`;
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
