import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { EngineUnavailableError } from './engine-errors.js';
import type { EnginePlace } from './namespaces.js';
import { identifyProcess } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';
import type { Release } from './releases.js';

/**
 * One folder an engine. Not below TMPDIR nor the cache: the path of a Unix socket has at most 107 bytes.
 */
const enginesRoot = '/tmp/fairlead-test';

/** What other processes need to know of an engine: whose it is and how to enter it. */
export interface EngineRecord {
  readonly name: string;
  readonly release: Release;
  readonly owner: ProcessIdentity;
  readonly startedAt: string;
  /** Absent while the engine is coming up. */
  readonly place?: EnginePlace;
}

export function createEngineFolder(
  release: Release,
  name = `${release}-${randomBytes(4).toString('hex')}`,
): string {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9.-]{0,40}$/.test(name)) {
    throw new RangeError(`an engine cannot be named ${JSON.stringify(name)}: letters, digits, . and - only`);
  }
  createRoot();
  const folder = join(enginesRoot, name);
  try {
    mkdirSync(folder);
  } catch (error) {
    throw new EngineUnavailableError(`an engine named ${name} exists already (${folder})`, { cause: error });
  }
  const owner = identifyProcess(process.pid);
  if (!owner) throw new EngineUnavailableError('cannot read /proc: is it mounted?');
  writeRecord(folder, { name, release, owner, startedAt: new Date().toISOString() });
  for (const part of ['data', 'docker-config']) mkdirSync(join(folder, part));
  writeFileSync(join(folder, 'daemon.json'), '{}\n');
  return folder;
}

export function writeRecord(folder: string, record: EngineRecord): void {
  // Whole or not at all: another process may be sweeping.
  writeFileSync(join(folder, 'engine.json.new'), JSON.stringify(record, null, 2));
  renameSync(join(folder, 'engine.json.new'), join(folder, 'engine.json'));
}

export function readRecord(folder: string): EngineRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'engine.json'), 'utf8')) as EngineRecord;
  } catch {
    return undefined;
  }
}

export function listEngineFolders(): string[] {
  try {
    return readdirSync(enginesRoot).map(entry => join(enginesRoot, entry));
  } catch {
    return [];
  }
}

/** Anybody may create things in /tmp, and root is about to trust what is in here. */
function createRoot(): void {
  mkdirSync(enginesRoot, { recursive: true, mode: 0o700 });
  const stats = lstatSync(enginesRoot);
  if (!stats.isDirectory() || stats.uid !== process.getuid?.()) {
    throw new EngineUnavailableError(`${enginesRoot} belongs to somebody else: remove it and try again`);
  }
  chmodSync(enginesRoot, 0o700);
}
