import { checkConfig } from './checks/config-checks.js';
import { declaresNothing } from './checks/declares-nothing.js';
import { Origins } from './origin.js';
import type { FairleadConfig } from './schema.js';
import type { Override } from './settings.js';
import { readShape, type Shaped } from './shape.js';
import { interpolate } from './source/interpolate.js';
import { emptyMap, setAt } from './source/overlay.js';
import { type Format, parseText } from './source/parse-text.js';
import type { Fault, Problem } from './source/problem.js';
import { edited, pathInFile } from './source/edit.js';
import type { ConfigSource } from './source/read-source.js';
import { follow, type Node, type Path, placeOf } from './source/tree.js';
import { written } from './source/written.js';
import type { SpecProblem } from './spec-problem.js';

/** What looking at a config gave. */
export interface Examination {
  /** Absent where nothing of the file has the right shape. Only to be acted on where no problem is an error. */
  readonly config?: FairleadConfig;
  /** Everything found, in the order of the file. */
  readonly problems: readonly Problem[];
  readonly origins: Origins;
  /** True where no section of the file declares anything, not even that nothing is to be there. */
  readonly silent: boolean;
  /** Says where something that is found out later stands. */
  readonly place: (problem: SpecProblem) => Problem;
}

/** Looks at a config with what flags and environment say in place of it, and finds everything wrong with it. */
export async function examine(
  source: ConfigSource | undefined,
  overrides: readonly Override[],
  env: NodeJS.ProcessEnv,
): Promise<Examination> {
  const parsed = source ? await parseText(source.text, source.format) : { root: emptyMap, faults: [] };
  const whole = parsed.root ?? emptyMap;
  const { root: fileRoot, faults } = interpolate(section(whole, source?.property), env);
  const misshapen = source && parsed.root ? rootFault(fileRoot, source) : undefined;
  const base = misshapen ? emptyMap : fileRoot;
  const merged = overrides.reduce(overlay, base);
  const origins = new Origins(source?.file, base, overrides);
  const teller = new Teller(source?.file ?? '', source?.format ?? 'yaml', origins);
  const told = [...parsed.faults, ...faults, ...(misshapen ? [misshapen] : [])].map(fault =>
    teller.tellFault(fault),
  );
  const warnings = source?.warnings ?? [];
  if (!parsed.root) {
    const place = (problem: SpecProblem): Problem => teller.tellProblem(problem, fileRoot);
    return { problems: [...warnings, ...told].sort(byPlace), origins, silent: false, place };
  }
  const shaped = readShape(merged);
  const place = (problem: SpecProblem): Problem => teller.tellProblem(problem, shaped.root);
  // Of a text that lacks a variable nothing else can be said.
  const isFilled = ({ line, column }: Problem): boolean =>
    !faults.some(({ at }) => at.line === line && at.column === column);
  const problems = [
    ...warnings,
    ...told,
    ...[
      ...shaped.faults.map(fault => teller.tellFault(fault)),
      ...(shaped.config ? checkConfig(shaped.config).filter(isNoConsequence(shaped)).map(place) : []),
    ].filter(isFilled),
  ];
  return {
    ...(shaped.config && { config: shaped.config }),
    problems: problems.sort(byPlace),
    origins,
    silent: source !== undefined && declaresNothing(base),
    place,
  };
}

/** What is missing only because it was of the wrong shape is not told beside that. */
function isNoConsequence({ root, removed }: Shaped): (problem: SpecProblem) => boolean {
  const isWithin = (inner: Path, outer: Path): boolean => outer.every((step, at) => step === inner[at]);
  return ({ lacks }) => {
    if (!lacks) return true;
    const lacking = pathInFile(root, lacks);
    return !removed.some(path => isWithin(path, lacking) || isWithin(lacking, path));
  };
}

/**
 * What is no map at all declares nothing, and neither does an empty file: a deploy that was cut off leaves one, and
 * acting on it would undo all that was declared before.
 */
function rootFault(root: Node, { text, property }: ConfigSource): Fault | undefined {
  const at = { line: 1, column: 1 };
  if (isBlank(text)) {
    const message = 'the config is empty';
    return { at, message, allowed: '`networks: {}`, if nothing is to be declared' };
  }
  if (root.kind === 'map') return undefined;
  const allowed = 'keys such as networks, attachments, proxies and warp';
  const what = root.kind === 'list' ? 'a list' : 'a single value';
  return {
    at: property === undefined ? root.at : at,
    message: `${what} stands where a map is wanted`,
    allowed,
  };
}

/** Whether a text holds nothing but comments. */
function isBlank(text: string): boolean {
  return text.split(/[\r\n]/).every(line => /^\s*(?:#|$)/.test(line));
}

function section(root: Node, property: string | undefined): Node {
  return property === undefined ? root : (follow(root, [property])?.node ?? emptyMap);
}

/** Host and context both say which engine: what comes later takes the other away. */
function overlay(root: Node, { path, value }: Override): Node {
  const other = { host: 'context', context: 'host' }[path[0] === 'docker' ? String(path[1]) : ''];
  const rest = other === undefined ? root : edited(root, [{ path: ['docker', other] }]);
  return setAt(rest, path, value);
}

/** Says where a problem stands: in the file, or in the flag or variable that gives the value. */
class Teller {
  readonly #file: string;
  readonly #format: Format;
  readonly #origins: Origins;

  constructor(file: string, format: Format, origins: Origins) {
    this.#file = file;
    this.#format = format;
    this.#origins = origins;
  }

  tellFault({ at, path = [], severity = 'error', example, ...said }: Fault): Problem {
    const lines = example && { example: written(example.key, example.value, this.#format) };
    const words = { ...said, ...lines };
    const override = path.length > 0 ? this.#origins.overrideAt(path) : undefined;
    if (override) return { file: override.name, path, ...words, severity };
    return { file: this.#file, ...(at.line > 0 && at), path, ...words, severity };
  }

  tellProblem({ path, severity, message, allowed, suggestion }: SpecProblem, root: Node): Problem {
    return this.tellFault({
      at: placeOf(root, path),
      path: pathInFile(root, path),
      message,
      ...(allowed !== undefined && { allowed }),
      ...(suggestion !== undefined && { suggestion }),
      severity,
    });
  }
}

function byPlace(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
