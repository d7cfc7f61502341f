import { expect } from 'chai';
import { givenUp, stepUnderWay, withdrawal } from '../../src/lib/watch/under-way.js';
import { idOf } from '../support/world.js';

const connect = stepUnderWay({
  do: 'connect',
  job: 'proxies',
  container: { id: idOf('proxy'), name: 'proxy' },
  network: { id: idOf('shop'), name: 'shop' },
  endpoint: {},
  reason: 'routes web',
});

describe('A watch that is ended before all was done', () => {
  it('is no failure where nothing is half done and nothing was to come', () => {
    const { isFailure, says } = givenUp([]);
    expect(isFailure).to.equal(false);
    expect(says).to.have.lengthOf(1);
  });

  it('is one where on_exit: withdraw was still to come, whatever it was at', () => {
    for (const underWay of [[], [connect]]) {
      const { isFailure, says } = givenUp([...underWay, withdrawal]);
      expect(isFailure).to.equal(true);
      expect(says.slice(-2)).to.deep.equal([
        'ended before this was done: withdraw routes and guard',
        'what finishes it: fairlead warp unroute --guard',
      ]);
    }
    expect(givenUp([connect]).says[0]).to.equal('ended before this was done: connect proxy → shop');
  });
});
