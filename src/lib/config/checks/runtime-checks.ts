import { durationMs } from '../duration.js';
import type { FairleadConfig } from '../schema.js';
import { type SpecProblem, specError, specWarning } from '../spec-problem.js';

/** How to reach the engine, retries and the daemon. */
export function checkRuntime({ docker, retry, watch }: FairleadConfig): SpecProblem[] {
  const problems: SpecProblem[] = [];
  const { host, context, tls } = docker;
  if (host !== undefined && context !== undefined)
    problems.push(
      specError(['docker', 'context'], 'host and context both say which engine', { allowed: 'one of them' }),
    );
  if (tls && (tls.cert === undefined) !== (tls.key === undefined)) {
    const [given, missing] = tls.cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
    problems.push(specError(['docker', 'tls', given], `${given} is given without ${missing}`));
  }
  if (tls && host !== undefined && /^(?:unix|ssh):/.test(host))
    problems.push(specWarning(['docker', 'tls'], `${host.slice(0, host.indexOf(':'))}:// uses no TLS`));
  if (durationMs(retry.delay) > durationMs(retry.max_delay))
    problems.push(
      specError(['retry', 'delay'], `delay ${retry.delay} is longer than max_delay ${retry.max_delay}`),
    );
  const resync = durationMs(watch.resync);
  if (resync > 0 && resync < 1000)
    problems.push(specWarning(['watch', 'resync'], `${watch.resync} looks at everything again all the time`));
  const port = /^(?!unix:).*:(\d+)$/.exec(watch.metrics)?.[1];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    problems.push(specError(['watch', 'metrics'], `${port} is no port`, { allowed: '1 to 65535' }));
  return problems;
}
