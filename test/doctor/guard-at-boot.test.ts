import { expect } from 'chai';
import { examine } from '../../src/lib/doctor/examine.js';
import type { Facts } from '../../src/lib/doctor/facts.js';
import { emptyPlan } from '../../src/lib/model/plan.js';
import { network, world } from '../support/world.js';
import { facts, url } from './facts.js';

const host = {
  interfaces: ['br-1'],
  filtersBridged: false,
  nameServers: [],
  guard: { whole: true, bridges: [{ bridge: 'br-1', warps: [], dropped: 3 }] },
};

/** What is said of the guard. */
function said(guarded: readonly string[], guardAtBoot: Facts['guardAtBoot'], bridge = 'br-1'): string[] {
  const seen = world([network('work', { options: { 'com.docker.network.bridge.name': bridge } })], []);
  const kernel = { host, namespaces: new Map(), holders: new Set<string>() };
  const found = examine(
    facts({
      engine: { url, world: { ...seen, kernel }, plan: emptyPlan },
      ...(guardAtBoot && { guardAtBoot }),
      guarded,
    }),
  );
  return found.filter(({ subject }) => subject === 'guard').map(({ verdict, says }) => `${verdict} ${says}`);
}

const file = '/srv/state/guard.json';
const written = '{ "right": "br-1" }';
const inForce = 'ok in force for work; 3 packets held back';

describe('a check-up of the guard at the next boot', () => {
  it('says that its unit is not enabled, or that there is nothing to load', () => {
    expect(said(['work'], { enabled: false, file, written })).to.deep.equal([
      inForce,
      'note after a reboot it is not in force until the first pass: fairlead-guard.service is not enabled',
    ]);
    expect(said(['work'], { enabled: true, file })).to.deep.equal([
      inForce,
      'note after a reboot it is not in force until the first pass: /srv/state/guard.json is not there',
    ]);
  });

  it('says that what is there to load is of another guard, or that the guard is on another bridge', () => {
    expect(said(['work'], { enabled: true, file, written: '{ "right": "br-12" }' })).to.deep.equal([
      inForce,
      'note after a reboot it is not in force until the first pass: /srv/state/guard.json lacks br-1',
    ]);
    expect(said(['work'], { enabled: true, file, written }, 'br-2')).to.deep.equal([
      'problem not in force for work',
    ]);
  });

  it('is silent where all is well, where systemd has no say, and where nothing is guarded', () => {
    expect(said(['work'], { enabled: true, file, written })).to.deep.equal([inForce]);
    expect(said(['work'], undefined)).to.deep.equal([inForce]);
    expect(said([], { enabled: false, file })).to.deep.equal([]);
  });
});
