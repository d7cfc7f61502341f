import { expect } from 'chai';
import type { ContainerProcess } from '../../../src/lib/model/namespace.js';
import type { SetRouting, Step } from '../../../src/lib/model/step.js';
import { groupSteps } from '../../../src/lib/reconcile/apply/step-groups.js';

const processOf = (name: string): ContainerProcess => ({ id: name, name, pid: 1, startedAt: '' });

function closing(name: string): SetRouting {
  const route = {
    type: 'via',
    family: 'ipv4',
    table: 21_400_001,
    gateway: '10.0.0.2',
    device: 'eth0',
    metric: 7,
  };
  return {
    do: 'set-routing',
    job: 'warps',
    container: processOf(name),
    routes: [],
    routing: { rules: [], routes: [] },
    changes: [{ change: 'delete-route', route } as SetRouting['changes'][number]],
    reason: '',
  };
}

function opening(name: string): SetRouting {
  const step = closing(name);
  const changes = step.changes.map(change => ({ ...change, change: 'set-route' })) as SetRouting['changes'];
  return { ...step, changes };
}

describe('Groups of steps that are done side by side', () => {
  const other: Step = { do: 'set-guard', job: 'warps', guard: [], reason: '' };
  const shape = (...steps: Step[]): number[][] =>
    groupSteps(steps).map(group => group.map(({ index }) => index));

  it('are those that follow each other and only close', () => {
    expect(shape(closing('a'), closing('b'), other, closing('c'))).to.deep.equal([[0, 1], [2], [3]]);
    expect(shape(other, other)).to.deep.equal([[0], [1]]);
    expect(shape()).to.deep.equal([]);
  });

  it('are never two that open, nor one beside one that closes', () => {
    expect(shape(opening('a'), opening('b'))).to.deep.equal([[0], [1]]);
    expect(shape(closing('a'), opening('b'), closing('c'))).to.deep.equal([[0], [1], [2]]);
  });

  it('are never two for one container', () => {
    expect(shape(closing('a'), closing('b'), closing('a'), closing('b'))).to.deep.equal([
      [0, 1],
      [2, 3],
    ]);
  });
});
