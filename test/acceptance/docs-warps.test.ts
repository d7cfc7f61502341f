import { delimiter } from 'node:path';
import { expect } from 'chai';
import { cleanEnvironment, normalised, type Printed, type RunLine, runLines } from '../docs/run-example.js';
import { chainsOf, type Example, examplesOf, readPages } from '../docs/pages.js';
import { kernelScenes } from '../docs/scenes.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import { collect } from './fairlead.js';
import { type FirewallTools, firewallTools } from './firewall-tools.js';
import { createBridge, createEgress, startGateway } from './outside/gateways.js';
import { type Outside, startOutside } from './outside/outside.js';
import { startTarget } from './outside/targets.js';

const chains = chainsOf((await readPages()).flatMap(page => examplesOf(page))).filter(([first]) =>
  kernelScenes.has(first?.scene ?? ''),
);

/** A warp and a container to be routed through it; in the scene `warps` another one that says so by a label. */
async function setScene(engine: PrivateEngine, scene: string | undefined): Promise<void> {
  await createEgress(engine);
  await createBridge(engine, { name: 'vpn-net', subnet: '172.30.0.0/24' });
  await startGateway(engine, { name: 'vpn', networks: ['vpn-net'], address: '172.30.0.2' });
  // As the engine has it on a host of its own, where containers heed no redirects: not as this machine does.
  const Sysctls = { 'net.ipv4.ip_forward': '1' };
  const hostConfig = { Dns: ['9.9.9.9'], CapDrop: ['NET_RAW'], Sysctls };
  const target = { network: 'vpn-net', hostConfig };
  await startTarget(engine, { ...target, name: 'worker' });
  if (scene === 'worker') return;
  await startTarget(engine, { ...target, name: 'crawler', labels: { 'fairlead.warp': 'vpn' } });
}

function runIn(engine: PrivateEngine, tools: FirewallTools): RunLine {
  return async (line, folder) => {
    const { PATH = '', ...env } = cleanEnvironment(folder);
    const [first = ''] = tools.folders;
    const child = engine.spawn('/bin/sh', ['-c', `exec 2>&1\n${line}`], {
      env: { ...env, NODE_OPTIONS: '', PATH: [PATH, first, engine.env['PATH']].join(delimiter) },
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { stdout, exitCode } = await collect(child);
    return { output: stdout, code: exitCode };
  };
}

describe('the documentation of warps', function () {
  this.timeout(180_000);
  let engine: PrivateEngine;
  let outside: Outside;
  let tools: FirewallTools;
  const printed = new Map<Example, readonly Printed[]>();

  before(async () => {
    engine = await startEngine({ release: '28.5' });
    [outside, tools] = [await startOutside(engine), await firewallTools()];
    for (const chain of chains) {
      await engine.reset();
      await outside.forget();
      await setScene(engine, chain[0]?.scene);
      for (const example of chain) printed.set(example, await runLines(example, runIn(engine, tools)));
    }
  });
  after(async () => {
    await engine.stop();
    await tools[Symbol.asyncDispose]();
  });

  it('has examples', () => {
    expect(chains).to.not.be.empty;
  });

  for (const example of chains.flat())
    it(`shows what the program prints: ${example.place}`, () => {
      const shown = example.commands.map(({ line, shown: lines }) => `$ ${line}\n${normalised(lines)}`);
      const run = example.commands.map(
        ({ line }, i) => `$ ${line}\n${normalised(printed.get(example)?.[i] ?? [])}`,
      );
      expect(run.join('\n')).to.equal(shown.join('\n'));
    });
});
