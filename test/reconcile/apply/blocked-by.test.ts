import { expect } from 'chai';
import type { Connect, ContainerRef, Disconnect, RemoveNetwork, Step } from '../../../src/lib/model/step.js';
import { blockedBy } from '../../../src/lib/reconcile/apply/blocked-by.js';

const shop = { id: 's1', name: 'shop' };
const blog = { id: 'b1', name: 'blog' };
const web: ContainerRef = { id: 'w1', name: 'web' };
const job: ContainerRef = { id: 'j1', name: 'job' };

function connect(container: ContainerRef, network: Connect['network']): Connect {
  return { do: 'connect', job: 'attachments', container, network, endpoint: {}, reason: '' };
}

function disconnect(
  container: ContainerRef,
  network: Disconnect['network'],
  settings: Pick<Disconnect, 'needsJoins'> = {},
): Disconnect {
  return { do: 'disconnect', job: 'attachments', container, network, reason: '', ...settings };
}

const guard: Step = {
  do: 'set-guard',
  job: 'warps',
  guard: [{ network: { name: 'shop' }, warps: [] }],
  reason: '',
};
const create: Step = { do: 'create-network', job: 'networks', spec: { name: 'shop' }, reason: '' };
const recreate: Step = {
  do: 'recreate-network',
  job: 'networks',
  network: shop,
  spec: { name: 'shop' },
  previous: { name: 'shop' },
  members: [],
  reason: '',
};
const remove: RemoveNetwork = { do: 'remove-network', job: 'networks', network: shop, reason: '' };

const noGuard = 'the guard of its network could not be put in force';
const notCreated = 'its network could not be created';
const notRecreated = 'its network could not be recreated';
const notLeft = 'what it replaces could not be disconnected';
const notJoined = 'a join of the same container failed, and without it nothing would be left to it';
const stillOn = 'somebody could not be disconnected from it';

const cases: readonly (readonly [string, Step, Step, string | undefined])[] = [
  ['a connect to a network whose guard failed', connect(web, shop), guard, noGuard],
  ['a connect to a network that is not guarded', connect(web, blog), guard, undefined],
  ['a disconnect from a network whose guard failed', disconnect(web, shop), guard, undefined],
  ['a connect to a network that was to be created', connect(web, { name: 'shop' }), create, notCreated],
  ['a connect to one of that name that is there', connect(web, shop), create, undefined],
  ['a connect to a network whose recreation failed', connect(web, shop), recreate, notRecreated],
  ['a disconnect from it', disconnect(web, shop), recreate, notRecreated],
  ['a connect to another one', connect(web, blog), recreate, undefined],
  ['a connect in place of what could not be left', connect(web, shop), disconnect(web, shop), notLeft],
  ['a connect of another container', connect(job, shop), disconnect(web, shop), undefined],
  [
    'a leave that needs a join which failed',
    disconnect(web, shop, { needsJoins: true }),
    connect(web, blog),
    notJoined,
  ],
  ['a leave that needs none', disconnect(web, shop), connect(web, blog), undefined],
  [
    'a leave that needs a join, after one of another container failed',
    disconnect(web, shop, { needsJoins: true }),
    connect(job, blog),
    undefined,
  ],
  ['the removal of a network that a container could not leave', remove, disconnect(job, shop), stillOn],
  ['the removal of another network', remove, disconnect(job, blog), undefined],
  ['a guard, whatever failed', guard, create, undefined],
];

describe('What is not attempted after a failure', () => {
  for (const [what, step, failed, why] of cases) {
    it(`${what}: ${why ?? 'is attempted'}`, () => {
      expect(blockedBy(step, [failed])).to.equal(why);
      expect(blockedBy(step, [])).to.equal(undefined);
    });
  }
});
