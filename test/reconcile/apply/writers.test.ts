import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { Writers } from '../../../src/lib/reconcile/apply/writers.js';

describe('Writers of a namespace', () => {
  it('take turns in the order they came, also after one that fails; those of another do not wait', async () => {
    const writers = new Writers();
    const said: string[] = [];
    let letGo: () => void = () => undefined;
    const held = new Promise<void>(resolve => (letGo = resolve));
    const write = async (name: string, until?: Promise<void>): Promise<void> => {
      said.push(`${name} begins`);
      await until;
      said.push(`${name} ends`);
    };
    const all = [
      writers.alone('a', () => write('first', held)),
      writers
        .alone('a', () => {
          said.push('second fails');
          return Promise.reject(new Error('second'));
        })
        .catch(() => undefined),
      writers.alone('a', () => write('third')),
      writers.alone('b', () => write('other')),
    ];
    await setImmediate();
    expect(said).to.deep.equal(['first begins', 'other begins', 'other ends']);
    letGo();
    await Promise.all(all);
    expect(said.slice(3)).to.deep.equal(['first ends', 'second fails', 'third begins', 'third ends']);
    expect(await writers.alone('a', () => Promise.resolve(7))).to.equal(7);
  });
});
