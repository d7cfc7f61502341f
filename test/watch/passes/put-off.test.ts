import { expect } from 'chai';
import { container, network, planText, world, engines } from '../../support/world.js';
import type { Container } from '../../../src/lib/model/container.js';
import type { Disconnect, Step } from '../../../src/lib/model/step.js';
import { proxyDeclaration } from '../../../src/lib/proxies/declaration.js';
import { planProxies } from '../../../src/lib/proxies/plan.js';
import { PutOff } from '../../../src/lib/watch/passes/put-off.js';

const leave: Disconnect = {
  do: 'disconnect',
  job: 'proxies',
  reason: 'no routable container left',
  container: { id: 'proxy', name: 'http-proxy' },
  network: { id: 'shop', name: 'shop_default' },
  cutsClients: true,
};

const skipped = (...steps: Step[]): Parameters<PutOff['record']>[0] => ({
  results: steps.map(step => ({ step, outcome: 'skipped' })),
  findings: [],
});

describe('A leave that cuts clients', () => {
  it('is done when it has been wanted for ten seconds, and asks for a pass then, once', () => {
    const putOff = new PutOff();
    expect(putOff.expiresAt).to.equal(undefined);
    expect(putOff.heldBack(leave, 1000)).to.include('may be back in a moment');
    putOff.record(skipped(leave));
    expect(putOff.heldBack(leave, 9000)).to.include('may be back in a moment');
    expect(putOff.expiresAt).to.equal(11_000);
    putOff.expire(11_000);
    expect(putOff.expiresAt).to.equal(undefined);
    expect(putOff.heldBack(leave, 11_000)).to.equal(undefined);
    putOff.record({ results: [{ step: leave, outcome: 'done' }], findings: [] });
    expect(putOff.heldBack(leave, 20_000)).to.include('may be back in a moment');
  });

  it('waits as long again after a pass that no longer wanted it', () => {
    const putOff = new PutOff();
    putOff.heldBack(leave, 0);
    putOff.record(skipped());
    expect(putOff.expiresAt).to.equal(undefined);
    expect(putOff.heldBack(leave, 15_000)).to.include('may be back in a moment');
  });

  it('is alone in that: whatever else is wanted is done at once', () => {
    const putOff = new PutOff();
    const { cutsClients, ...cheap } = leave;
    expect(cutsClients).to.equal(true);
    expect(putOff.heldBack(cheap, 0)).to.equal(undefined);
    expect(putOff.expiresAt).to.equal(undefined);
  });

  const ports = [{ containerPort: 80, hostPort: 8080, protocol: 'tcp' }];
  const shop = { on: ['a-shop'], labels: { 'traefik.enable': 'true' } };
  const gone = { ...shop, state: 'exited' as const };
  const cases: readonly (readonly [
    what: string,
    engine: '20.10' | '28.5',
    proxy: Partial<Container>,
    others: readonly Container[],
    cuts: boolean,
  ])[] = [
    ['where its container is stopped', '20.10', { ports }, [container('shop', gone)], true],
    [
      'where its process has just ended',
      '20.10',
      { ports },
      [container('shop', { ...shop, departure: { is: 'ended', amongOthers: false } })],
      true,
    ],
    ['not where its container was removed', '20.10', { ports }, [], false],
    [
      'not where it is being removed',
      '20.10',
      { ports },
      [container('shop', { ...gone, state: 'removing' })],
      false,
    ],
    ['not without published ports', '20.10', {}, [container('shop', gone)], false],
    ['not with gateway priorities', '28.5', { ports }, [container('shop', gone)], false],
  ];
  for (const [what, engine, settings, others, cuts] of cases) {
    it(`is one of the network that carries the published ports, ${what} on ${engine}`, () => {
      const proxy = container('http-proxy', { on: ['home'], joined: ['a-shop'], ...settings });
      const seen = world([network('home'), network('a-shop')], [proxy, ...others], engines[engine]);
      const plan = planProxies([proxyDeclaration('http-proxy')], seen);
      const [step] = plan.steps;
      expect(step?.do, planText(plan).join('\n')).to.equal('disconnect');
      expect(step?.do === 'disconnect' && step.cutsClients === true).to.equal(cuts);
    });
  }
});
