import { expect } from 'chai';
import { inspectionForAttachments } from '../../src/lib/attachments/inspection.js';
import { type ContainerSketch, container, network } from '../support/world.js';
import { composeLabels, rule, service } from './scenes.js';

const rules = [
  rule('shared', { labels: ['com.damp.service'] }, 'damp-network'),
  rule('stage', { labels: ['app'], env: ['STAGE'] }, 'stage-net'),
  rule('fixed', { names: ['db'] }, { network: 'lan', ipv4: '10.0.0.5' }),
  service('api', 'shop_back'),
];
const needs = inspectionForAttachments(rules);
const inspected = (sketch: ContainerSketch): boolean =>
  needs(container('web', { unreadable: null, ...sketch }));

describe('To plan attachments', () => {
  const cases: readonly [name: string, needed: boolean, sketch: ContainerSketch][] = [
    ['one on its own network only', false, { on: ['web_default'] }],
    ['one on the default bridge only', false, { on: ['bridge'] }],
    ['one that is to be attached', false, { labels: { 'com.damp.service': 'x' } }],
    [
      'one that is where a rule wants it',
      false,
      { labels: { 'com.damp.service': 'x' }, on: ['bridge', 'damp-network'] },
    ],
    ['one on a network that no rule wants it on', true, { on: ['web_default', 'damp-network'] }],
    ['one whose environment decides', true, { labels: { app: '1' } }],
    ['one whose labels decide before its environment', false, { labels: {} }],
    [
      'a service that is on its network: its name must be an alias',
      true,
      { labels: composeLabels('api'), on: ['bridge', 'shop_back'] },
    ],
    [
      'a service that Compose made on that network',
      true,
      { labels: composeLabels('api'), on: ['shop_back'] },
    ],
    ['a service that is not there yet', false, { labels: composeLabels('api') }],
    ['a stopped container on a network with fixed addresses', true, { state: 'exited', on: ['lan'] }],
    ['a running one there: the list has its address', false, { on: ['lan'] }],
    [
      'a stopped one whose network may be gone',
      true,
      { state: 'exited', labels: { 'com.damp.service': 'x' }, on: ['bridge', 'damp-network'] },
    ],
    ['one in host mode', false, { networkMode: { kind: 'host' }, on: ['host'], labels: { app: '1' } }],
    ['one with mode none', false, { networkMode: { kind: 'none' }, on: ['none'], labels: { app: '1' } }],
    [
      'one that shares another’s network',
      false,
      { networkMode: { kind: 'container', of: 'x' }, on: ['a', 'b'] },
    ],
    ['one that is being removed', false, { state: 'removing', on: ['a', 'b'] }],
  ];
  for (const [name, needed, sketch] of cases) {
    it(`${name} ${needed ? 'is' : 'need not be'} inspected`, () => {
      expect(inspected(sketch)).to.equal(needed);
    });
  }

  it('a stopped one need not be inspected whose networks are known to be there', () => {
    const web = container('web', {
      state: 'exited',
      labels: { 'com.damp.service': 'x' },
      on: ['bridge', 'damp-network'],
    });
    expect(needs(web, [network('damp-network')])).to.equal(false);
    expect(needs(web, [network('other')])).to.equal(true);
  });
});
