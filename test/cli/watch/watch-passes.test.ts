import { expect } from 'chai';
import { KnownEngine } from '../../../src/cli/watch/known-engine.js';
import { routedIn } from '../../../src/cli/watch/routed.js';
import { defaultConfig } from '../../../src/lib/config/default-config.js';
import type { FairleadConfig } from '../../../src/lib/config/schema.js';
import type { Engine } from '../../../src/lib/docker/engine.js';
import type { ContainerDetails } from '../../../src/lib/model/container.js';
import { Memory } from '../../../src/lib/reconcile/observe/memory.js';
import { FakeDaemon } from '../../support/fake-daemon.js';
import { fakeEngine } from '../../support/fake-engine.js';
import { type ContainerSketch, container, idOf, world } from '../../support/world.js';
import { declaredProxy } from '../../support/declared-proxy.js';

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
    proxies: [declaredProxy],
  } satisfies FairleadConfig;
  const labelled: ContainerSketch = { labels: { 'traefik.http.routers.web.rule': 'x' }, unreadable: null };
  const web = container('web', { env: { VIRTUAL_HOST: 'shop.local' }, pid: 7 });
  const api = container('api', labelled);
  const seen = world(['shop'], [web, api, container('db')]);

  const [webId, apiId] = [idOf('ctr web'), idOf('ctr api')];
  const never = new AbortController().signal;

  /** What each of two passes finds; what the first one left to be read, is, in between, with that signal. */
  async function find(
    inspect: () => Promise<ContainerDetails>,
    {
      isHere = true,
      leaveAt = 'end',
      signal = never,
    }: { isHere?: boolean; leaveAt?: 'end' | 'stop'; signal?: AbortSignal } = {},
  ): Promise<{ found: unknown[]; read: unknown; inspects: number }> {
    let inspects = 0;
    const engine = {
      inspectContainer: () => {
        inspects += 1;
        return inspect();
      },
    } as unknown as Engine;
    const proxies = config.proxies.map(proxy => ({ ...proxy, leave_at: leaveAt }));
    const sources = { engine, config: { ...config, proxies }, isHere, memory: new Memory() };
    const first = routedIn(seen, sources);
    expect(inspects, 'inspects of a pass').to.equal(0);
    const read = await first.get(apiId)?.read?.(signal);
    const found = [first, routedIn(seen, sources)].map(routed =>
      [...routed].map(([id, { pid, stopSignal, read }]) => [id, pid, stopSignal, read && 'to be read']),
    );
    return { found, read, inspects };
  }

  const details = {
    ...(web.reading.read === 'details' && web.reading.details),
    pid: 8,
    stopSignal: 'SIGQUIT',
  } as ContainerDetails;
  const unread = [
    [webId, 7, '15', undefined],
    [apiId, undefined, undefined, 'to be read'],
  ];

  it('are inspected after the pass, and once, where a label alone told of them', async () => {
    expect(await find(() => Promise.resolve(details))).to.deep.equal({
      found: [
        unread,
        [
          [webId, 7, '15', undefined],
          [apiId, 8, '3', undefined],
        ],
      ],
      read: { pid: 8, stopSignal: '3' },
      inspects: 1,
    });
  });

  it('are not known by an inspect that the next pass cut off', async () => {
    const signal = AbortSignal.abort();
    const { found } = await find(() => Promise.resolve(details), { signal });
    expect(found).to.deep.equal([unread, unread]);
  });

  it('are known without a process where that is on another host', async () => {
    const known = [
      [webId, undefined, '15', undefined],
      [apiId, undefined, undefined, undefined],
    ];
    const elsewhere = await find(() => Promise.resolve(details), { isHere: false });
    expect([elsewhere.found, elsewhere.inspects]).to.deep.equal([[known, known], 0]);
  });

  it('are inspected there too where a proxy leaves at their stop signal', async () => {
    const { read } = await find(() => Promise.resolve(details), { isHere: false, leaveAt: 'stop' });
    expect(read).to.deep.equal({ pid: undefined, stopSignal: '3' });
  });
});
