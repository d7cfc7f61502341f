import { expect } from 'chai';
import { configSchema } from '../../../src/lib/config/schema.js';
import { checkRoutesAgainstEngine } from '../../../src/lib/warps/routes/check-online.js';
import type { Container } from '../../../src/lib/model/container.js';
import { bridge, placed } from '../scenes.js';

const networks = [bridge('net', '10.7.0.0/24'), bridge('other', '10.8.0.0/24')];
const vpn = placed('vpn', { at: { net: '10.7.0.2' } });
const worker = placed('worker', { at: { net: '10.7.0.3' } });
const loner = placed('loner', { at: { other: '10.8.0.3' } });

function found(given: unknown, ...containers: readonly Container[]): string[] {
  return checkRoutesAgainstEngine(configSchema.parse(given), { networks, containers }).map(
    ({ severity, path, message, suggestion }) =>
      `${severity} ${path.join('.')}: ${message}${suggestion === undefined ? '' : ` [${suggestion}]`}`,
  );
}

const route = (target: object, via = 'vpn', more: object = {}): unknown => ({
  warp: { routes: [{ target, via, ...more }] },
});

describe('The routes of a config against an engine', () => {
  it('have nothing wrong where target and warp share a network', () => {
    expect(found(route({ names: ['worker'] }), vpn, worker, loner)).to.deep.equal([]);
    expect(found(route({ names: ['work*', 're:^w'] }), vpn, worker)).to.deep.equal([]);
  });

  it('name containers that are not there, and perhaps others', () => {
    expect(found(route({ names: ['wroker', 'worker'] }, 'vnp'), vpn, worker)).to.deep.equal([
      'warning warp.routes.0.target.names.0: there is no container "wroker" at present [worker]',
      'warning warp.routes.0.via: there is no container "vnp" at present [vpn]',
    ]);
    expect(found(route({ names: ['job-*'] }), vpn)).to.deep.equal([
      'warning warp.routes.0.target.names.0: there is no container "job-*" at present',
    ]);
  });

  it('lead nowhere between containers without a common network', () => {
    expect(found(route({ names: ['loner', 'worker'] }), vpn, worker, loner)).to.deep.equal([
      'warning warp.routes.0: loner shares no network with its warp vpn at present',
    ]);
    const both = [vpn, worker].map(each => ({ ...each, endpoints: [...each.endpoints, ...loner.endpoints] }));
    expect(found(route({ names: ['worker'] }), ...both)[0]).to.match(/worker shares several networks/);
    expect(found(route({ names: ['worker'] }, 'vpn', { network: 'other' }), ...both)).to.deep.equal([]);
  });

  it('may lead somewhere once the config has put one of them on a network', () => {
    const attachments = [{ select: { names: ['vpn'] }, networks: ['other'] }];
    const config = { networks: { other: { external: true } }, attachments };
    expect(found({ ...config, ...(route({ names: ['loner'] }) as object) }, vpn, loner)).to.deep.equal([]);
  });

  it('are looked at in the namespace that a container is in', () => {
    const inside = placed('inside', { networkMode: { kind: 'container', of: 'worker' } });
    expect(found(route({ names: ['inside'] }), vpn, worker, inside)).to.deep.equal([]);
    const hosted = placed('hosted', { networkMode: { kind: 'host' } });
    expect(found(route({ names: ['hosted'] }), vpn, hosted)).to.deep.equal([]);
  });
});
