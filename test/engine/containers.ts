import { baseImage, baseImageName } from './base-image.js';
import type { PrivateEngine } from './private-engine.js';
import { portSettings } from './published-ports.js';
import { tarOf } from './tar-archive.js';

export interface ContainerSpec {
  readonly name: string;
  /** The base image unless said otherwise. */
  readonly image?: string;
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Name or id of its first network, or `host`, `none`, `container:NAME`. */
  readonly network?: string;
  /** Joined before the start. */
  readonly furtherNetworks?: readonly string[];
  /** As `docker run --publish` takes them: `80`, `8080:80`, `127.0.0.1:8080:80/udp`. */
  readonly publish?: readonly string[];
  readonly capAdd?: readonly string[];
  /** Text files to be there at the start, by absolute path; their folders must exist in the image. */
  readonly files?: Readonly<Record<string, string>>;
  /** `docker run --init`, the default: a first process that obeys SIGTERM, so stopping takes no 10 s. */
  readonly init?: boolean;
  /** Anything else of the API's HostConfig. */
  readonly hostConfig?: Readonly<Record<string, unknown>>;
}

/** Creates and starts a container by the API, and returns its id. */
export async function runContainer(engine: PrivateEngine, spec: ContainerSpec): Promise<string> {
  const id = await createContainer(engine, spec);
  await engine.api('POST', `/containers/${id}/start`);
  return id;
}

export async function createContainer(engine: PrivateEngine, spec: ContainerSpec): Promise<string> {
  const { name, image = baseImageName, command = ['sleep', '1000000'], env = {}, labels = {} } = spec;
  const { network, furtherNetworks = [], publish = [], capAdd = [], files, init = true, hostConfig } = spec;
  if (image === baseImageName) await baseImage(engine);
  const ports = portSettings(publish);
  const { Id } = await engine.api<{ Id: string }>(
    'POST',
    `/containers/create?name=${encodeURIComponent(name)}`,
    {
      Image: image,
      // An image of its own brings its own command.
      ...(spec.command || image === baseImageName ? { Cmd: command } : {}),
      Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
      Labels: labels,
      StopTimeout: 2,
      ExposedPorts: ports.exposed,
      HostConfig: {
        Init: init,
        CapAdd: capAdd,
        PortBindings: ports.bindings,
        ...(network !== undefined && { NetworkMode: network }),
        ...hostConfig,
      },
    },
  );
  for (const further of furtherNetworks) {
    await engine.api('POST', `/networks/${encodeURIComponent(further)}/connect`, { Container: Id });
  }
  if (files) await putFiles(engine, Id, files);
  return Id;
}

/** Writes text files into a container, running or not. */
export async function putFiles(
  engine: PrivateEngine,
  container: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await engine.raw.upload('PUT', `/containers/${container}/archive?path=%2F`, tarOf(files));
}
