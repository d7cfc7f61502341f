import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { escapeLine } from '../../model/escape.js';
import { FairleadError, UsageError, messageOf } from '../../model/errors.js';
import { codeOf } from '../../model/error-code.js';
import { readOptional } from './read-optional.js';

/** A docker context: an endpoint that the user gave a name with `docker context create`. */
export interface DockerContext {
  readonly host: string;
  readonly skipTlsVerify: boolean;
  /** Where its ca.pem, cert.pem and key.pem are, if it has any. */
  readonly tlsFolder: string;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseFields(json: string, path: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new UsageError(`Could not read docker's file ${path}: it is not JSON (${messageOf(error)}).`);
  }
  if (!isFields(parsed))
    throw new UsageError(`Could not read docker's file ${path}: it is not a JSON object.`);
  return parsed;
}

export interface CurrentContext {
  readonly name?: string;
  /** config.json is there, but not for us to read; docker goes on without it as well. */
  readonly unreadable?: string;
}

/** The context chosen by `docker context use`. */
export async function readCurrentContext(configFolder: string): Promise<CurrentContext> {
  const path = join(configFolder, 'config.json');
  let json: string | undefined;
  try {
    json = await readOptional(path, "docker's settings");
  } catch (error) {
    // A service whose home is closed to it (systemd's ProtectHome=) still means the default socket.
    if (error instanceof FairleadError && error.code === 'file-denied') return { unreadable: path };
    throw error;
  }
  // docker makes an empty file of no account, too.
  if (json === undefined || json.trim() === '') return {};
  const { currentContext } = parseFields(json, path);
  return typeof currentContext === 'string' && currentContext !== '' ? { name: currentContext } : {};
}

/** `namedBy` says who wants it, as «DOCKER_CONTEXT», for the message when it does not exist. */
export async function readContext(
  configFolder: string,
  name: string,
  namedBy: string,
): Promise<DockerContext> {
  const hash = createHash('sha256').update(name).digest('hex');
  const path = join(configFolder, 'contexts', 'meta', hash, 'meta.json');
  const json = await readOptional(path, `the docker context ${name}`);
  if (json === undefined) {
    const known = await listContexts(configFolder);
    throw new UsageError(
      `There is no docker context "${escapeLine(name)}" (named by ${namedBy}) in ${configFolder}.`,
      [`Known contexts: ${known.map(each => escapeLine(each)).join(', ')}.`],
    );
  }
  const { Endpoints: endpoints } = parseFields(json, path);
  const docker = isFields(endpoints) ? endpoints['docker'] : undefined;
  const host = isFields(docker) ? docker['Host'] : undefined;
  if (!isFields(docker) || typeof host !== 'string' || host === '') {
    throw new UsageError(`The docker context "${escapeLine(name)}" has no docker endpoint (${path}).`);
  }
  return {
    host,
    skipTlsVerify: docker['SkipTLSVerify'] === true,
    tlsFolder: join(configFolder, 'contexts', 'tls', hash, 'docker'),
  };
}

/** Every context docker would list, `default` first. */
async function listContexts(configFolder: string): Promise<string[]> {
  const folder = join(configFolder, 'contexts', 'meta');
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return ['default'];
  }
  const names = await Promise.all(entries.map(entry => contextNameIn(join(folder, entry, 'meta.json'))));
  return ['default', ...names.filter(name => name !== undefined).sort()];
}

/** A broken entry must not hide the others. */
async function contextNameIn(path: string): Promise<string | undefined> {
  try {
    const json = await readOptional(path, 'a docker context');
    const name = json === undefined ? undefined : parseFields(json, path)['Name'];
    return typeof name === 'string' ? name : undefined;
  } catch (error) {
    if (error instanceof FairleadError) return undefined;
    throw error;
  }
}
