import { expect } from 'chai';
import { Causes } from '../../../src/lib/watch/passes/causes.js';
import { triggerOf } from '../../../src/lib/watch/triggers.js';
import { engineEvent } from '../../support/engine-event.js';

function causesOf(...events: readonly string[]): string[] {
  const causes = new Causes();
  for (const event of events) {
    const trigger = triggerOf(engineEvent(event));
    if (trigger) causes.add(trigger);
  }
  return causes.take();
}

describe('The causes of a pass', () => {
  const start = ['network connect web shop', 'container start web'];

  it("are the container's own event where its networks tell of it too, in whatever order", () => {
    expect(causesOf(...start)).to.deep.equal(['container start web']);
    expect(causesOf(...start.reverse())).to.deep.equal(['container start web']);
    expect(
      causesOf('container die web', 'network disconnect web shop', 'network disconnect web zoo'),
    ).to.deep.equal(['container die web']);
  });

  it('are those of networks where nothing else came of the container', () => {
    expect(causesOf('network connect web shop', 'container start db', 'network create zoo')).to.deep.equal([
      'network connect shop',
      'container start db',
      'network create zoo',
    ]);
  });

  it('are each named once, and none when they were taken', () => {
    const causes = new Causes();
    for (const cause of ['a', 'b', 'a']) causes.add({ cause });
    expect(causes.take()).to.deep.equal(['a', 'b']);
    expect(causes.take()).to.deep.equal([]);
  });

  it('are five at most, and how many more', () => {
    const causes = new Causes();
    for (let i = 0; i < 8; i += 1) causes.add({ cause: `c${String(i)}` });
    expect(causes.take()).to.deep.equal(['c0', 'c1', 'c2', 'c3', 'c4', '3 more']);
  });
});
