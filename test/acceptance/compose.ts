import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { execa } from 'execa';
import { cached } from '../engine/cache.js';
import { type ContainerSpec, createContainer } from '../engine/containers.js';
import { withDebianSuite } from '../engine/debian-packages.js';
import { createNetwork } from '../engine/networks.js';
import type { PrivateEngine } from '../engine/private-engine.js';

/** Docker Compose 2 as Debian 13 has it: one program that needs nothing beside itself. */
export async function installCompose(): Promise<string> {
  const folder = await cached('compose-1', async draft => {
    await withDebianSuite('trixie', draft, suite => suite.unpack(['docker-compose'], draft));
    await rm(join(draft, 'usr/share'), { recursive: true, force: true });
  });
  return join(folder, 'usr/libexec/docker/cli-plugins/docker-compose');
}

/** A project as `docker compose up` leaves it: a network, and on it a container meant for a proxy. */
export async function startProject(
  engine: PrivateEngine,
  project: string,
  web: Partial<ContainerSpec> = {},
): Promise<void> {
  const labels = { 'com.docker.compose.project': project };
  const network = `${project}_default`;
  await createNetwork(engine, {
    name: network,
    labels: { ...labels, 'com.docker.compose.network': 'default' },
  });
  const id = await createContainer(engine, {
    name: `${project}-web-1`,
    network,
    env: { VIRTUAL_HOST: `${project}.local` },
    labels: {
      ...labels,
      'com.docker.compose.service': 'web',
      'com.docker.compose.container-number': '1',
      'com.docker.compose.oneoff': 'False',
      'com.docker.compose.config-hash': 'f'.repeat(64),
    },
    ...web,
  });
  await engine.api('POST', `/containers/${id}/start`);
}

/** Runs `docker compose` for a project that is known by its labels alone, and returns what it said. */
export async function compose(engine: PrivateEngine, project: string, ...args: string[]): Promise<string> {
  const program = await installCompose();
  const { exitCode, all } = await execa(program, ['--project-name', project, ...args], {
    env: { ...engine.env },
    cwd: engine.dir,
    all: true,
    reject: false,
  });
  if (exitCode !== 0)
    throw new Error(`docker compose ${args.join(' ')} exited with ${String(exitCode)}: ${all}`);
  return all;
}
