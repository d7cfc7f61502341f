import { ExitCode, FairleadError } from '../../lib/model/errors.js';
import { escapeText } from '../../lib/model/escape.js';
import type { ProbePackets, ProbeReport } from '../../lib/model/probe.js';
import type { World } from '../../lib/model/world.js';
import { currentProcess } from '../../lib/reconcile/process-of.js';
import { warpDeclaration } from '../../lib/warps/routes/declaration.js';
import { planProbe } from '../../lib/warps/probe/probe-plan.js';
import { judgeProbe } from '../../lib/warps/probe/probe-verdict.js';
import type { Connection } from '../connection.js';
import { warpPass } from './warp-pass.js';

export interface ProbeRun {
  readonly world: World;
  readonly report: ProbeReport;
}

/** Looks, sends from the target, counts, and says what it means. */
export async function runProbe(
  connection: Connection,
  target: string,
  packets: ProbePackets,
  signal: AbortSignal,
): Promise<ProbeRun> {
  const { engine, config, kernel } = connection;
  const { kernel: local, outOfReach } = await kernel();
  if (!local) {
    const { why, code, exit, hints } = outOfReach;
    throw new FairleadError(why, { code, exit, hints });
  }
  await local.check(signal);
  const declaration = warpDeclaration(config);
  const { observe } = await warpPass(connection, declaration, () => ({ steps: [], findings: [] }));
  const world = await observe(engine, signal);
  const plan = planProbe(declaration, world, target, packets);
  const running = await currentProcess(engine, plan.owner);
  if (!running) throw endedMeanwhile(plan.target);
  const warps = await Promise.all(
    plan.warps.map(async ({ name, owner }) => ({ name, process: await currentProcess(engine, owner) })),
  );
  const { localProber } = await import('../../lib/netns/probe/local-prober.js');
  const prober = localProber({ path: process.env['PATH'], node: process.execPath, pid: process.pid });
  const counts = await prober.probe(
    {
      ...plan,
      target: running,
      // One that has ended meanwhile is reached by nothing.
      warps: warps.flatMap(({ name, process: each }) => (each ? [{ name, process: each }] : [])),
    },
    container => currentProcess(engine, container),
    signal,
  );
  return { world, report: judgeProbe(plan, counts) };
}

function endedMeanwhile(target: string): FairleadError {
  return new FairleadError(`Cannot send from ${escapeText(target)}: it has ended meanwhile.`, {
    code: 'probe-unfit',
    exit: ExitCode.failed,
  });
}
