import { ownerOption } from '../../model/ownership.js';
import { type Json, optionalRecord, record, texts } from '../answers/answer.js';

/**
 * Podman drops the driver options of an endpoint, which is where Fairlead writes whose it is, but keeps its aliases,
 * over restarts of the container and of its own too. So the mark is an alias there: a name below one that nobody
 * resolves outside (`.internal` is kept for private use), and that no container would have by accident.
 */
const markDomain = '.owner.fairlead.internal';
const mark = /^([a-z]+)\.owner\.fairlead\.internal$/;

function ownerIn(aliases: readonly string[]): string | undefined {
  return aliases.map(alias => mark.exec(alias)?.[1]).find(owner => owner !== undefined);
}

/** An endpoint as Docker would tell it. */
function asDocker(value: unknown, where: string): Json {
  const endpoint = optionalRecord(value, where);
  const aliases = texts(endpoint['Aliases'], `${where}.Aliases`);
  const owner = ownerIn(aliases);
  return owner === undefined
    ? endpoint
    : {
        ...endpoint,
        Aliases: aliases.filter(alias => !mark.test(alias)),
        DriverOpts: { [ownerOption]: owner },
      };
}

/** Podman's own network, which it lists as `bridge` and names otherwise everywhere else; its ID is its name's hash. */
const defaultNetwork = { name: 'podman', listedAs: 'bridge' } as const;

/** A container's endpoints by network name, as Docker would tell them. */
export function endpointsAsDocker(value: unknown, where: string): Json {
  return Object.fromEntries(
    Object.entries(optionalRecord(value, where)).map(([name, endpoint]) => [
      name === defaultNetwork.name ? defaultNetwork.listedAs : name,
      asDocker(endpoint, `${where}.${name}`),
    ]),
  );
}

/** A connect's settings as Podman keeps them. */
export function endpointAsPodman(body: Json): Json {
  const { DriverOpts, ...rest } = body;
  const owner = optionalRecord(DriverOpts, 'DriverOpts')[ownerOption];
  if (typeof owner !== 'string') return rest;
  return { ...rest, Aliases: [...texts(rest['Aliases'], 'Aliases'), `${owner}${markDomain}`] };
}

/**
 * The network that a container was created on, for Podman does not tell: `NetworkMode` is `bridge` whatever it was.
 * It is the one that Fairlead did not join; where there are several, it cannot be told, and none has this name.
 */
export function homeAmong(endpoints: Json): string {
  const [only, ...others] = Object.keys(endpoints).filter(name => {
    const options = optionalRecord(record(endpoints[name], name)['DriverOpts'], 'DriverOpts');
    return options[ownerOption] === undefined;
  });
  return only !== undefined && others.length === 0 ? only : defaultNetwork.name;
}
