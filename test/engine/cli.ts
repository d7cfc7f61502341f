import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import {
  EngineApiError,
  EngineCommandError,
  EngineStartError,
  EngineUnavailableError,
} from './engine-errors.js';
import { importImage, runInEngine, startDetached, startInForeground } from './cli-commands.js';
import { isRelease, podmanRelease, releases } from './releases.js';
import type { Release } from './releases.js';
import { findEngine, listEngines, stopEngine } from './running-engines.js';
import { sweepEngines } from './sweep-engines.js';

const newest: Release = '28.5';

const usage = `Private Docker engines for tests, demos and benches.

  engine start [RELEASE] [--name NAME] [--detach]   run an engine until Ctrl+C, or until "stop"
  engine stop [--name NAME]                         stop one
  engine list                                       those there are
  engine exec [--name NAME] -- COMMAND [ARG…]       run a command in its network namespace, DOCKER_HOST set
  engine image [--name NAME]                        import an image with sh, ip, ping and the like; print its name
  engine clean                                      remove what engines of dead owners left behind

Releases: ${releases.join(', ')}, ${podmanRelease} (${newest} unless said otherwise).`;

class UsageError extends Error {}

const options = {
  release: { type: 'string', short: 'r' },
  name: { type: 'string', short: 'n' },
  detach: { type: 'boolean', short: 'd' },
  help: { type: 'boolean', short: 'h' },
} satisfies ParseArgsConfig['options'];

async function main(args: readonly string[]): Promise<number> {
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  const rest = end < 0 ? [] : args.slice(end + 1);
  const { values, positionals } = parseArgs({ args: [...own], options, allowPositionals: true });
  const [command, ...operands] = positionals;
  if (values.help) {
    console.log(usage);
    return 0;
  }
  switch (command) {
    case 'start': {
      const release = toRelease(values.release ?? operands[0] ?? newest);
      await (values.detach ? startDetached : startInForeground)({ release, name: values.name });
      return 0;
    }
    case 'stop':
      await stopEngine(findEngine(values.name ?? operands[0]));
      return 0;
    case 'list':
      for (const { name, release, owner, host, isStale } of listEngines()) {
        console.log([name, release, isStale ? 'stale' : `pid ${String(owner.pid)}`, host].join('\t'));
      }
      return 0;
    case 'exec':
      if (rest.length === 0) throw new UsageError('exec needs a command after --');
      return runInEngine(findEngine(values.name ?? operands[0]), rest);
    case 'image':
      return importImage(findEngine(values.name ?? operands[0]));
    case 'clean':
      for (const name of sweepEngines()) console.log(`removed ${name}`);
      return 0;
    case undefined:
      throw new UsageError('no command given');
    default:
      throw new UsageError(`no such command: ${command}`);
  }
}

function toRelease(text: string): Release {
  if (isRelease(text)) return text;
  throw new UsageError(`no such release: ${text}; there are ${releases.join(', ')}`);
}

/** Whatever the user or the machine can do something about is one line; the rest keeps its stack. */
function describe(error: unknown): string {
  const isArgument =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (error instanceof UsageError || isArgument) return `${firstSentence(error.message)} (try --help)`;
  const known = [EngineUnavailableError, EngineStartError, EngineApiError, EngineCommandError, RangeError];
  if (known.some(type => error instanceof type)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function firstSentence(text: string): string {
  return text.split('. ', 1).join('');
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`engine: ${describe(error)}`);
  process.exitCode = 1;
}
