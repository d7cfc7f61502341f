import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../src/lib/model/errors.js';

/** Something that answers as an engine, with one network of the name `networkName` beside its own. */
export interface MeasuredEngine {
  readonly label: string;
  /** DOCKER_HOST, and a PATH on which `docker` is the right client. */
  readonly env: Environment;
  stop(): Promise<void>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export const networkName = 'shared';

/**
 * What a program sees of whoever measures, and no more: NODE_EXTRA_CA_CERTS alone costs Node 30 ms, which would
 * flatter every ratio to `node -e 0`.
 */
export const plainEnvironment: Environment = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  LC_ALL: 'C.UTF-8',
};

export async function startFakeEngine(): Promise<MeasuredEngine> {
  const child = fork(fileURLToPath(new URL('./fake-daemon-process.ts', import.meta.url)), [networkName]);
  const [host] = (await once(child, 'message')) as [string];
  return {
    label: 'fake engine',
    env: { ...plainEnvironment, DOCKER_HOST: host },
    async stop() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** An engine of the machine's own distribution, started for this; or why there is none. */
export async function startRealEngine(): Promise<MeasuredEngine | string> {
  try {
    const { startEngine } = await import('../test/engine/private-engine.js');
    const engine = await startEngine({ release: '28.5' });
    await engine.api('POST', '/networks/create', { Name: networkName, Driver: 'bridge' });
    return { label: `Engine ${engine.version}`, env: engine.env, stop: () => engine.stop() };
  } catch (error) {
    return messageOf(error);
  }
}
