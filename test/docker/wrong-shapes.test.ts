import { expect } from 'chai';
import { isEngineFailure } from '../../src/lib/docker/failures/engine-error.js';
import { exitCodeOf } from '../../src/lib/model/report.js';
import { inspectionFor } from '../../src/lib/proxies/inspection.js';
import { proxyDeclaration } from '../../src/lib/proxies/declaration.js';
import { planProxies } from '../../src/lib/proxies/plan.js';
import { observe } from '../../src/lib/reconcile/observe/observe.js';
import { runPass } from '../../src/lib/reconcile/pass.js';
import { listNetworks, networkListLines } from '../../src/lib/report/network-list.js';
import { reportLines } from '../../src/lib/report/text.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { fakeEngine } from '../support/fake-engine.js';
import { type JsonPath, type Mutation, mutated, mutations, placesIn } from '../support/mutations.js';

const declarations = [proxyDeclaration('http-proxy')];

function scene(): FakeDaemon {
  const daemon = new FakeDaemon();
  daemon.addNetwork('shop', {
    IPAM: { Config: [{ Subnet: '10.1.0.0/24', Gateway: '10.1.0.1' }] },
    Labels: { a: 'b' },
  });
  daemon.addContainer('http-proxy', { publishes: [80] });
  daemon.addContainer('web', { networks: ['shop'], env: ['VIRTUAL_HOST=web.local'], labels: { c: 'd' } });
  return daemon;
}

/** The answers that a pass reads, by the call that asks for them. */
function answers(): Record<string, unknown> {
  const daemon = scene();
  const ask = (call: string): [string, unknown] => [call, daemon.request('GET', call.slice(4)).body];
  const inspects = daemon.containers.map(({ Id }) => `GET /containers/${Id}/json`);
  return Object.fromEntries(['GET /version', 'GET /networks', 'GET /containers/json', ...inspects].map(ask));
}

/** One pass over an engine one of whose answers is changed in one place; gives what was said, or thrown. */
async function passOver(
  call: string,
  at: JsonPath,
  mutation: Mutation,
): Promise<{ lines: string[]; thrown?: unknown }> {
  const daemon = scene();
  const body = mutated(answers()[call], at, mutation);
  daemon.intercept = asked => (asked === call ? { status: 200, body } : undefined);
  const engine = fakeEngine(daemon);
  const changes = (): string[] => daemon.calls.filter(made => !made.startsWith('GET '));
  try {
    const { seen, report } = await runPass(
      engine,
      {
        observe: (port, signal) => observe(port, inspectionFor(declarations), signal),
        plan: world => planProxies(declarations, world),
      },
      { dryRun: false },
    );
    expect(exitCodeOf(report)).to.be.oneOf([0, 1]);
    for (const made of daemon.calls) expect(made).to.match(/^[A-Z]+ (\/[\w%.-]+)+$/);
    return { lines: [...reportLines(report, false), ...networkListLines(listNetworks(seen))] };
  } catch (thrown) {
    expect(changes()).to.deep.equal([]);
    return { lines: [(thrown as Error).message], thrown };
  }
}

describe('an answer of the wrong shape', () => {
  for (const [call, answer] of Object.entries(answers())) {
    const name = call.replace(/[0-9a-f]{64}/, 'ID');
    it(`to ${name} is read as it stands, or refused before anything is done: one clear line either way`, async () => {
      for (const at of placesIn(answer)) {
        for (const mutation of mutations) {
          const { lines, thrown } = await passOver(call, at, mutation);
          const what = `${JSON.stringify(at)} ← ${JSON.stringify(mutation).slice(0, 80)}`;
          if (thrown !== undefined)
            expect(isEngineFailure(thrown, 'malformed'), `${what}: ${String(lines[0])}`).to.equal(true);
          for (const line of lines) {
            expect(line, what).to.not.match(/[\p{Cc}\p{Cf}]/u);
            expect(line.length, what).to.be.lessThan(1500);
          }
        }
      }
    }).timeout(20_000);
  }
});
