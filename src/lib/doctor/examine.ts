import { hasGatewayPriority, hasOneGateway, versionAtLeast } from '../model/engine-info.js';
import { groupFindings, listedNames } from '../model/group-findings.js';
import type { Finding, FindingKind } from '../model/plan.js';
import type { World } from '../model/world.js';
import { type Diagnosis, note, ok, problem } from './diagnosis.js';
import { examineKernel, examineWarpNames } from './examine-kernel.js';
import { examineWatches } from './examine-watches.js';
import type { Facts } from './facts.js';

/** The oldest engine that the suite runs against. */
const oldestTried = '20.10';
const oldestPodman = '5.4';

function examineConfig({ config }: Facts): Diagnosis[] {
  if (config.file === undefined) {
    return [note('config', 'there is none: nothing is declared', ['Write one: fairlead init'])];
  }
  return config.warnings.length === 0
    ? [ok('config', config.file)]
    : config.warnings.map(warning => note('config', warning));
}

function examineVersion({ engine }: World): Diagnosis {
  const says = `${engine.kind === 'podman' ? 'Podman' : 'Docker Engine'} ${engine.version}, API ${engine.apiVersion}`;
  if (engine.kind === 'podman') {
    return versionAtLeast(engine.version, oldestPodman)
      ? ok('engine', says)
      : note('engine', `${says}: older than what Fairlead is tried on`, [
          `Podman ${oldestPodman} and later, or Docker Engine ${oldestTried} and later.`,
        ]);
  }
  return ok('engine', says);
}

/** Below API 1.48 nothing keeps a join from moving published ports to another network (engine fact E4). */
function examineGateways({ declares }: Facts, { engine }: World): Diagnosis[] {
  if (!declares.proxies || hasGatewayPriority(engine) || !hasOneGateway(engine)) return [];
  return [
    note('joins', 'this engine knows no gateway priorities: some joins and leaves cut client connections', [
      'Docker Engine 28.0 or later. Until then every such join is announced; on_gateway_move: skip leaves them out.',
    ]),
  ];
}

function examineState({ state }: Facts): Diagnosis[] {
  return [
    state.writable
      ? ok('state', state.folder)
      : problem('state', `${state.folder} cannot be written: networks cannot be recreated`, [
          'Run Fairlead as the user whose folder it is, or with sudo.',
        ]),
    ...(state.unread ? [problem('state', state.unread.message.replace(/\.$/, ''), state.unread.hints)] : []),
    ...state.unfinished.map(name =>
      problem('state', `the recreation of ${name} was interrupted`, [
        `Finish it: fairlead network ensure ${name} --recreate`,
      ]),
    ),
  ];
}

const noted: ReadonlySet<FindingKind> = new Set([
  'drift',
  'label-drift',
  'warning',
  'caveat',
  'blocked',
  'unmatched',
  'undeclared',
]);

/** What the plan of everything declared has to say against itself. */
function examineFindings(findings: readonly Finding[]): Diagnosis[] {
  return groupFindings(findings).flatMap(({ find, findings: same, reason, hints }) => {
    const names = listedNames(same.map(({ container, network }) => container ?? network ?? ''));
    const job = same[0]?.job ?? '';
    const subject = names === '' ? job : `${job}: ${names}`;
    if (find === 'refused') return [problem(subject, reason, hints)];
    // A selector that no container matches is nothing to mend; a name that none has may be misspelt.
    if (find === 'unmatched' && names === '') return [];
    return noted.has(find) ? [note(subject, reason, hints)] : [];
  });
}

/** What a plan says of warps where nobody may look at them, the check of the kernel has said already. */
function repeats({ find, job, container, network }: Finding, { kernel }: World): boolean {
  const about = container ?? network;
  return kernel?.outOfReach !== undefined && job === 'warps' && find === 'warning' && about === undefined;
}

/** Everything on this host that would keep a job from working, and what is there to know, each with its fix. */
export function examine(facts: Facts): Diagnosis[] {
  const { engine } = facts;
  if ('failure' in engine) {
    return [
      ...examineConfig(facts),
      problem('engine', engine.failure.message, engine.failure.hints),
      ...examineState(facts),
      ...examineWatches(facts),
    ];
  }
  return [
    ...examineConfig(facts),
    examineVersion(engine.world),
    ...examineGateways(facts, engine.world),
    ...examineKernel(facts, engine.world, engine.plan.steps),
    ...examineWarpNames(facts, engine.world),
    ...examineState(facts),
    ...examineWatches(facts),
    ...examineFindings(engine.plan.findings.filter(finding => !repeats(finding, engine.world))),
  ];
}
