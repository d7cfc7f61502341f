import * as z from 'zod';
import { duration, nonEmpty } from './text.js';

const tls = z.strictObject({
  ca: nonEmpty.describe('File of the certificate authority.').exactOptional(),
  cert: nonEmpty.describe('File of the client certificate.').exactOptional(),
  key: nonEmpty.describe('File of its key.').exactOptional(),
  verify: z.boolean().describe("Verify the engine's certificate.").default(true),
});

export const docker = z
  .strictObject({
    host: z
      .string()
      .regex(/^(?:unix|tcp|ssh|http|https):\/\/./, {
        error: 'is no engine address; write unix:///PATH, tcp://HOST:PORT or ssh://[USER@]HOST',
      })
      .describe('The engine: unix://, tcp:// or ssh://, as for docker.')
      .exactOptional(),
    context: nonEmpty.describe('The docker context to use instead of a host.').exactOptional(),
    api_version: z
      .string()
      .regex(/^(?:auto|1\.\d{1,3})$/, { error: 'is no API version; write "auto" or one such as "1.48"' })
      .describe('The API version to speak; auto is the newest the engine has.')
      .default('auto'),
    timeout: duration.describe('How long to wait for each answer of the engine.').exactOptional(),
    tls: tls.describe('Certificates for tcp://.').exactOptional(),
  })
  .describe('How to reach the engine.');

export const logging = z
  .strictObject({
    level: z.enum(['debug', 'info', 'warn', 'error']).describe('How much is logged.').default('info'),
    format: z
      .enum(['auto', 'pretty', 'text', 'json'])
      .describe('auto: pretty on a terminal, else text, with journald priorities under systemd.')
      .default('auto'),
  })
  .describe('Logs, on standard error.');

export const retry = z
  .strictObject({
    attempts: z.int().min(0).max(100).describe('Tries after a first one that failed; 0 for none.').default(3),
    delay: duration.describe('Wait before the first of them; it doubles each time.').default('250ms'),
    max_delay: duration.describe('The longest wait.').default('5s'),
  })
  .describe('What is tried again when the engine fails in a way that may pass.');

export const watch = z
  .strictObject({
    resync: duration
      .describe('How often everything is looked at again without an event; 0 for never.')
      .default('5m'),
    metrics: z
      .string()
      .regex(/^(?:unix:\/.*[^/]|.*:\d{1,5})?$/, {
        error: 'is no address to listen at; write ":9324", "127.0.0.1:9324" or "unix:/PATH"',
      })
      .describe(
        'Where Prometheus metrics and /healthz are served: [ADDRESS]:PORT or unix:/PATH; empty for nowhere.',
      )
      .default(''),
  })
  .describe('The daemon.');
