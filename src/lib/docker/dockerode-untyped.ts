import type Dockerode from 'dockerode';

/** The published types forget that these take options. */
interface WithOptions {
  version(options: object): Promise<unknown>;
  info(options: object): Promise<unknown>;
}

interface InspectWithOptions {
  inspect(options: object): Promise<unknown>;
}

interface WithModem {
  readonly modem: {
    dial(options: object, answered: (error: Error | null, answer: unknown) => void): void;
  };
}

export function askForVersion(docker: Dockerode, abortSignal: AbortSignal): Promise<unknown> {
  return (docker as unknown as WithOptions).version({ abortSignal });
}

export function askForInfo(docker: Dockerode, abortSignal: AbortSignal): Promise<unknown> {
  return (docker as unknown as WithOptions).info({ abortSignal });
}

export function inspectNetwork(docker: Dockerode, id: string, abortSignal: AbortSignal): Promise<unknown> {
  return (docker.getNetwork(id) as unknown as InspectWithOptions).inspect({ abortSignal });
}

/** A GET that dockerode has no call for. */
export function get(docker: Dockerode, path: string, abortSignal: AbortSignal): Promise<unknown> {
  const { modem } = docker as unknown as WithModem;
  const options = { path, method: 'GET', abortSignal, statusCodes: { 200: true } };
  return new Promise((resolve, reject) => {
    modem.dial(options, (error, answer) => {
      if (error) reject(error);
      else resolve(answer);
    });
  });
}
