import { expect } from 'chai';
import { container, engines, idOf, network, world } from '../support/world.js';
import type { World } from '../../src/lib/model/world.js';
import { type ProxySettings, proxyDeclaration } from '../../src/lib/proxies/declaration.js';
import { inspectionFor, inspectionForListing } from '../../src/lib/proxies/inspection.js';
import { listProxies } from '../../src/lib/proxies/listing.js';
import { decideProxies } from '../../src/lib/proxies/plan.js';
import { proxyListJson, proxyListLines } from '../../src/lib/report/proxy-list.js';
import { proxy, web } from './plans.js';

function listed(seen: World, settings: Partial<ProxySettings> = {}, ...names: string[]): string[] {
  const declarations = (names.length > 0 ? names : ['http-proxy']).map(name =>
    proxyDeclaration(name, settings),
  );
  return proxyListLines(listProxies(decideProxies(declarations, seen)));
}

describe('The list of a proxy', () => {
  it('tells of each network who put it there, and for which containers', () => {
    const seen = world(
      ['edge', 'blog', 'mine', 'new', 'shop'],
      [
        proxy({ on: ['edge', 'mine'], joined: ['blog', 'shop'] }),
        web(),
        container('api', { on: ['shop'], env: { VIRTUAL_HOST: 'api.local' } }),
        container('late', { on: ['new'], labels: { 'traefik.enable': 'true' } }),
      ],
    );
    expect(listed(seen)).to.deep.equal([
      'http-proxy',
      '  blog  to leave   no routable container left',
      '  edge  home       its home network',
      '  mine  connected  not joined by Fairlead',
      '  new   to join    routes late (traefik.enable=true)',
      '  shop  joined     routes web (VIRTUAL_HOST=shop.local)',
      '                          api (VIRTUAL_HOST=api.local)',
    ]);
  });

  it('tells why what looks routable is not, and also what passes', () => {
    const apps = [
      web({ name: 'in-host-mode', networkMode: { kind: 'host' }, endpoints: [] }),
      web({ name: 'opted-out', labels: { 'fairlead.proxy': 'false' } }),
      web({ name: 'not-running', state: 'exited' }),
      web({ name: 'excluded', on: ['hidden'] }),
      web({ name: 'looping', state: 'restarting' }),
      web({ name: 'ill', health: 'unhealthy' }),
    ];
    const seen = world(['proxy_default', 'shop', 'hidden'], [proxy(), ...apps]);
    expect(listed(seen, { networks: { deny: ['hid*'] }, health: 'healthy' })).to.deep.equal([
      'http-proxy',
      '  proxy_default  home  its home network',
      '  not routed to:',
      '    excluded      only on networks that are excluded: hidden',
      '    ill           its health check says unhealthy',
      '    in-host-mode  in host mode: it has no network of its own to join',
      '    looping       in a restart loop',
      '    not-running   not running (exited)',
      '    opted-out     opted out by fairlead.proxy',
    ]);
  });

  it('has stopped containers inspected, which a pass has not: their environment tells what they are', () => {
    const declarations = [proxyDeclaration('http-proxy')];
    const stopped = container('web', { state: 'exited', unreadable: null });
    expect(inspectionFor(declarations)(stopped)).to.equal(false);
    expect(inspectionForListing(declarations)(stopped)).to.equal(true);
  });

  it('tells which network is meant by what is refused there', () => {
    const first = network('shop', { id: idOf('first') });
    const second = network('shop', { id: idOf('second'), created: '2026-02-01T00:00:00Z' });
    const on = { networkName: 'shop', networkId: second.id };
    const apps = [
      web({ endpoints: [on] }),
      web({ name: 'old', endpoints: [{ ...on, networkId: first.id }] }),
    ];
    const lines = listed(world(['proxy_default', first, second], [proxy(), ...apps], engines['20.10']));
    expect(lines[1]).to.equal(
      '  ! shop: it is on another network of the same name, and a container can be on one only',
    );
  });

  it('goes on to the next one where one is not there', () => {
    expect(listed(world(['proxy_default'], [proxy()]), {}, 'nobody', 'http-proxy')).to.deep.equal([
      'nobody',
      '  ! there is no container of this name',
      '      Name the proxy’s container: fairlead proxy join NAME',
      'http-proxy',
      '  proxy_default  home  its home network',
    ]);
  });

  it('names ten containers a network and counts the rest; as JSON it has them all', () => {
    const apps = Array.from({ length: 13 }, (_, i) => web({ name: `web-${String(i).padStart(2, '0')}` }));
    const seen = world(['proxy_default', 'shop'], [proxy(), ...apps]);
    const lines = listed(seen);
    expect(lines).to.have.length(2 + 1 + 9 + 1);
    expect(lines.at(-1)?.trim()).to.equal('and 3 more');
    const [json] = proxyListJson(listProxies(decideProxies([proxyDeclaration('http-proxy')], seen)));
    const [, shop] = json?.['memberships'] as { containers: string[]; reason: string }[];
    expect(shop?.containers).to.have.length(13);
    expect(shop?.reason).to.equal('routes web-00 (VIRTUAL_HOST=shop.local) and 12 more');
  });
});
