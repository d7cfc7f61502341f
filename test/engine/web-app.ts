import { runContainer } from './containers.js';
import type { ContainerSpec } from './containers.js';
import { waitForPort } from './listening-ports.js';
import type { PrivateEngine } from './private-engine.js';

export type WebAppSpec = Omit<ContainerSpec, 'image' | 'command' | 'files'> & {
  /** What every page of it says. */
  readonly text: string;
  readonly port?: number;
};

/** A container that answers any HTTP request with a text; returned when it does. */
export async function webApp(
  engine: PrivateEngine,
  { text, port = 80, ...spec }: WebAppSpec,
): Promise<string> {
  const serve =
    'mkdir -p /www && printf %s "$WEB_APP_TEXT" > /www/index.html && exec httpd -f -p "$WEB_APP_PORT" -h /www';
  const id = await runContainer(engine, {
    ...spec,
    command: ['sh', '-c', serve],
    env: { ...spec.env, WEB_APP_TEXT: text, WEB_APP_PORT: String(port) },
  });
  await waitForPort(engine, id, port);
  return id;
}
