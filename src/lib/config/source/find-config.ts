import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ExitCode, FairleadError, messageOf } from '../../model/errors.js';
import { codeOf } from '../../model/error-code.js';

/** Where a config is looked for. */
export interface SearchPlaces {
  readonly workingDirectory: string;
  /** `~/.config`, or what XDG_CONFIG_HOME says. */
  readonly userDirectory: string;
  readonly systemDirectory: string;
}

export interface FoundConfig {
  readonly file: string;
  readonly property?: string;
  /** Files of the same directory that would have been taken had this one not been there. */
  readonly shadowed: readonly string[];
}

const extensions = ['yaml', 'yml', 'toml', 'json'];
const plainFiles = extensions.map(extension => `fairlead.${extension}`);
const projectFiles = [
  ...plainFiles,
  '.fairleadrc',
  ...extensions.map(extension => `.fairleadrc.${extension}`),
  'package.json',
];

/** The first config of the working directory, the user's directory and the system's. */
export async function findConfig(places: SearchPlaces): Promise<FoundConfig | undefined> {
  const candidates: [directory: string, names: readonly string[]][] = [
    [places.workingDirectory, projectFiles],
    [join(places.userDirectory, 'fairlead'), plainFiles],
    [places.systemDirectory, plainFiles],
  ];
  for (const [directory, names] of candidates) {
    const file = await searchIn(directory, names);
    if (file === undefined) continue;
    const later = names.slice(names.indexOf(basename(file)) + 1);
    const shadowed = await others(dirname(file), later);
    return { file, ...(basename(file) === 'package.json' && { property: 'fairlead' }), shadowed };
  }
  return undefined;
}

async function others(directory: string, names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    const file = await searchIn(directory, [name]);
    if (file !== undefined) found.push(file);
  }
  return found;
}

interface Explorer {
  search(directory: string): Promise<{ readonly filepath: string } | null>;
}

type Loader = (file: string, text: string) => unknown;

type ExplorerClass = new (options: {
  moduleName: string;
  searchPlaces: readonly string[];
  searchStrategy: 'none';
  ignoreEmptySearchPlaces: boolean;
  cache: boolean;
  loaders: Record<string, Loader>;
  transform: (result: unknown) => unknown;
  metaConfigFilePath: null;
}) => Explorer;

/**
 * cosmiconfig's explorer without its front door: `cosmiconfig()` looks for settings of its own first and runs
 * `.config/config.js` of the working directory whatever it is told (9.0.2), as root where we are root. Made
 * directly, the explorer only does what its loaders do, and ours execute nothing: the file found is read again
 * and parsed by us.
 */
async function searchIn(directory: string, names: readonly string[]): Promise<string | undefined> {
  if (!(await holdsAny(directory, names))) return undefined;
  const { Explorer } = await loadExplorer();
  const found = () => ({});
  const explorer = new Explorer({
    moduleName: 'fairlead',
    searchPlaces: names,
    searchStrategy: 'none',
    ignoreEmptySearchPlaces: false,
    cache: false,
    loaders: { '.yaml': found, '.yml': found, '.toml': found, '.json': loadJson, noExt: found },
    transform: result => result,
    metaConfigFilePath: null,
  });
  try {
    return (await explorer.search(directory))?.filepath;
  } catch (error) {
    // A folder that we may not look into, or that lies below a file, holds no config: HOME=/dev/null is usual.
    const code = codeOf(error);
    if (code === 'EACCES' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * Most runs have no config: then nothing more is loaded than a listing of the folder tells. One that is there and
 * cannot be read is said so: to go on without it, or with the next one, would undo what it declares.
 */
async function holdsAny(directory: string, names: readonly string[]): Promise<boolean> {
  let present: Set<string>;
  try {
    present = new Set(await readdir(directory));
  } catch (error) {
    // A folder that may be entered and not listed can hold one all the same.
    return codeOf(error) === 'EACCES';
  }
  const found = names.filter(name => present.has(name));
  for (const name of found) await checkReadable(join(directory, name));
  return found.length > 0;
}

async function checkReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch (error) {
    const code = codeOf(error);
    const denied = code === 'EACCES' || code === 'EPERM';
    const why = denied
      ? 'permission is denied'
      : code === 'ENOENT'
        ? 'it is a link to nothing'
        : messageOf(error);
    // A package.json is somebody else's file: only where it can be read can it be ours too.
    if (basename(file) === 'package.json') return;
    throw new FairleadError(`The config ${file} is there and cannot be read: ${why}.`, {
      code: 'config-unreadable',
      exit: denied ? ExitCode.privileges : ExitCode.usage,
      hints: ['Name another one with --config FILE, or none with --config=.'],
    });
  }
}

interface ExplorerModule {
  readonly Explorer: ExplorerClass;
}

/** A CommonJS file, whose exports stand by name or under `default`, depending on who loads it. */
async function loadExplorer(): Promise<ExplorerModule> {
  const module: object = await import('cosmiconfig/dist/Explorer.js');
  return 'Explorer' in module ? (module as ExplorerModule) : (module as { default: ExplorerModule }).default;
}

/** A package.json counts only with a `fairlead` key; one that is no JSON is someone else's worry. */
function loadJson(file: string, text: string): unknown {
  if (basename(file) !== 'package.json') return {};
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
