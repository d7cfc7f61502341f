import { expect } from 'chai';
import { KnownEngine } from '../../src/cli/watch/known-engine.js';
import { routedIn } from '../../src/cli/watch/routed.js';
import { defaultConfig } from '../../src/lib/config/default-config.js';
import type { FairleadConfig } from '../../src/lib/config/schema.js';
import type { Engine } from '../../src/lib/docker/engine.js';
import type { ContainerDetails } from '../../src/lib/model/container.js';
import { Memory } from '../../src/lib/reconcile/observe/memory.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { fakeEngine } from '../support/fake-engine.js';
import { type ContainerSketch, container, idOf, world } from '../support/world.js';

describe('An engine that is followed', () => {
  it('is asked once for what it is, until all is forgotten or it is another one', async () => {
    const daemon = new FakeDaemon();
    const known = new KnownEngine();
    const asked = (): number => daemon.calls.filter(call => call === 'GET /version').length;
    const first = fakeEngine(daemon);
    await known.knowing(first).info();
    await known.knowing(first).info();
    expect(asked()).to.equal(1);
    known.forget();
    await known.knowing(first).info();
    expect(asked()).to.equal(2);
    await known.knowing(fakeEngine(daemon)).info();
    expect(asked()).to.equal(3);
    await known.knowing(first).listContainers();
    expect(daemon.calls.at(-1)).to.match(/^GET \/containers\/json/);
  });
});

describe('Whom the proxies route to, with their processes', () => {
  const base = defaultConfig();
  const config = {
    ...base,
    proxies: [
      {
        container: 'http-proxy',
        exposed_by_default: true,
        leave: 'joined',
        leave_at: 'end',
        networks: {},
        pinned: [],
        on_gateway_move: 'warn',
        health: 'any',
        aliases: {},
        alias_virtual_hosts: false,
      },
    ],
  } satisfies FairleadConfig;
  const labelled: ContainerSketch = { labels: { 'traefik.http.routers.web.rule': 'x' }, unreadable: null };
  const web = container('web', { env: { VIRTUAL_HOST: 'shop.local' }, pid: 7 });
  const api = container('api', labelled);
  const seen = world(['shop'], [web, api, container('db')]);

  /** What is found, and how often it took an inspect, in two passes. */
  async function find(inspect: () => Promise<ContainerDetails>, isHere = true): Promise<[unknown, number]> {
    let inspects = 0;
    const engine = {
      inspectContainer: () => {
        inspects += 1;
        return inspect();
      },
    } as unknown as Engine;
    const sources = { engine, config, isHere, memory: new Memory(), signal: new AbortController().signal };
    await routedIn(seen, sources);
    return [[...(await routedIn(seen, sources))], inspects];
  }

  const details = { ...(web.reading.read === 'details' && web.reading.details), pid: 8 } as ContainerDetails;

  it('are inspected once where a label alone told of them', async () => {
    expect(await find(() => Promise.resolve(details))).to.deep.equal([
      [
        [idOf('ctr web'), 7],
        [idOf('ctr api'), 8],
      ],
      1,
    ]);
  });

  it('are known without a process where it cannot be told, or is on another host', async () => {
    const [unread] = await find(() => Promise.reject(new Error('no')));
    expect(unread).to.deep.equal([
      [idOf('ctr web'), 7],
      [idOf('ctr api'), undefined],
    ]);
    expect(await find(() => Promise.resolve(details), false)).to.deep.equal([
      [
        [idOf('ctr web'), undefined],
        [idOf('ctr api'), undefined],
      ],
      0,
    ]);
  });
});
