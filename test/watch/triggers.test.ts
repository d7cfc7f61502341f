import { expect } from 'chai';
import { overflow } from '../../src/lib/docker/events/event-source.js';
import { triggerOf } from '../../src/lib/watch/triggers.js';
import { engineEvent } from '../support/engine-event.js';
import { idOf } from '../support/world.js';

describe('what an event may have changed', () => {
  for (const action of [
    'create',
    'start',
    'die',
    'stop',
    'destroy',
    'rename',
    'pause',
    'unpause',
    'update',
    'health_status',
  ]) {
    it(`container ${action}: the container`, () => {
      expect(triggerOf(engineEvent(`container ${action} web`))).to.deep.equal({
        forget: [idOf('web')],
        cause: `container ${action} web`,
        container: idOf('web'),
        urgent: ['die', 'stop', 'destroy'].includes(action),
      });
    });
  }

  for (const action of ['connect', 'disconnect']) {
    it(`network ${action}: the container, not the network`, () => {
      expect(triggerOf(engineEvent(`network ${action} web shop`))).to.deep.equal({
        forget: [idOf('web')],
        cause: `network ${action} shop`,
        container: idOf('web'),
        isAside: true,
        urgent: action === 'disconnect' || action === 'destroy',
      });
    });
  }

  for (const action of ['create', 'destroy']) {
    it(`network ${action}: a reason to look, and nobody to look at anew`, () => {
      expect(triggerOf(engineEvent(`network ${action} shop`))).to.deep.equal({
        forget: [],
        cause: `network ${action} shop`,
        urgent: action === 'disconnect' || action === 'destroy',
      });
    });
  }

  for (const told of [
    'container exec_create web',
    'container exec_start web',
    'container exec_die web',
    'container top web',
    'container attach web',
    'container resize web',
    'container kill web',
    'network update shop',
    'image pull alpine',
    'volume create data',
    'daemon reload host',
  ]) {
    it(`${told}: nothing`, () => {
      expect(triggerOf(engineEvent(told))).to.equal(undefined);
    });
  }

  it('lost events: everything', () => {
    expect(triggerOf({ ...overflow, timeNano: '0' })).to.deep.equal({
      forget: 'everything',
      cause: 'events were lost',
    });
  });

  it('an event that does not say whose it is: everything', () => {
    expect(triggerOf(engineEvent('network disconnect shop'))?.forget).to.equal('everything');
    expect(triggerOf(engineEvent('container die web', { id: '' }))?.forget).to.equal('everything');
  });

  it('shows a hostile name escaped and short', () => {
    const name = `\u001b[2J\u202e${'x'.repeat(5000)}`;
    const cause = triggerOf(engineEvent('container start web', { name }))?.cause;
    expect(cause).to.match(/^container start \\e\[2J\\u202ex+…$/);
    expect(cause).to.have.lengthOf.at.most(120);
  });

  it('shows a short ID where there is no name', () => {
    const { name, ...nameless } = engineEvent('container start web');
    expect(name).to.equal('web');
    expect(triggerOf(nameless)?.cause).to.equal(`container start ${idOf('web').slice(0, 12)}`);
  });
});
