import { Command } from '@oclif/core';
import { FairleadError, messageOf } from '../lib/model/errors.js';
import { exitCodeOf } from '../lib/model/report.js';
import type { World } from '../lib/model/world.js';
import { type Pass, runPass } from '../lib/reconcile/pass.js';
import { describeStep } from '../lib/report/describe.js';
import { errorJson, reportJson, schemaVersion, unexpectedJson } from '../lib/report/json.js';
import { warningLines } from '../lib/report/warnings.js';
import { typed } from './command-line.js';
import { type Connection, connect } from './connection.js';
import { type GlobalFlags, globalFlags } from './flags/global-flags.js';
import { type Interruption, onInterrupt } from './interrupt.js';
import { printJson } from './output.js';
import { errorLines, exitOf, expected } from './present-error.js';
import { type Spinner, paletteFor, spinnerFor } from './terminal.js';
import type { CommandUsage } from './usage-error.js';

export type JsonDocument = Record<string, unknown>;

type PassFlags = GlobalFlags & {
  readonly 'dry-run'?: boolean;
  /** Whether steps that are only planned count as differences. */
  readonly 'exit-code'?: boolean;
};

/** What a command works with while it talks to the engine. */
interface Work extends Connection {
  readonly spinner: Spinner;
  readonly interruption: Interruption;
}

/** What every command shares: the global flags, the engine, the report, and how a failure is told. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = globalFlags;

  /** What there is to say even where the command fails: in the document of its error. */
  protected besideError: JsonDocument = {};

  /** `network ensure`, as it is typed. */
  get commandName(): string {
    return typed(this.id ?? '');
  }

  /** Prints to standard output, but not with `--quiet` or `--json`. */
  protected print(lines: readonly string[], flags: GlobalFlags): void {
    if (this.jsonEnabled() || flags.quiet || lines.length === 0) return;
    process.stdout.write(`${lines.join('\n')}\n`);
  }

  /** With `--quiet` standard output stays empty: what explains an exit code goes to standard error. */
  protected printProblems(lines: readonly string[], flags: GlobalFlags): void {
    if (this.jsonEnabled() || !flags.quiet || lines.length === 0) return;
    process.stderr.write(`${lines.join('\n')}\n`);
  }

  /** Warnings go to standard error before anything is done; in JSON they are among the findings. */
  protected warnEarly(lines: readonly string[], flags: GlobalFlags): void {
    if (this.jsonEnabled() || flags.quiet || lines.length === 0) return;
    process.stderr.write(`${lines.join('\n')}\n`);
  }

  /** Talks to the engine: with a spinner for as long as that takes, and an end to it on SIGINT. */
  protected async withEngine<T>(flags: GlobalFlags, work: (work: Work) => Promise<T>): Promise<T> {
    const spinner = spinnerFor(flags, process.env);
    const interruption = onInterrupt(() =>
      spinner.announce('Interrupted: ending the step under way. Once more ends at once.'),
    );
    spinner.say('Asking the engine');
    try {
      return await work({ ...(await connect(flags)), spinner, interruption });
    } catch (error) {
      // Steps report their failures: what is thrown was thrown before the first of them.
      if (interruption.exit === undefined) throw error;
      throw new FairleadError('Interrupted before anything was done.', {
        code: 'interrupted',
        exit: interruption.exit,
        cause: error,
      });
    } finally {
      spinner.stop();
    }
  }

  /** Runs a pass against the engine, tells what it did, and sets the exit code. */
  protected async pass<Seen extends Pick<World, 'engine'>>(
    flags: PassFlags,
    choosePass: Pass<Seen> | ((connection: Connection) => Promise<Pass<Seen>>),
  ): Promise<JsonDocument> {
    // With it comes the width of every script and emoji: 20 ms.
    const { problemLines, reportLines } = await import('../lib/report/text.js');
    const dryRun = flags['dry-run'] ?? false;
    return this.withEngine(flags, async ({ spinner, interruption, ...connection }) => {
      const { engine, journal } = connection;
      const pass = typeof choosePass === 'function' ? await choosePass(connection) : choosePass;
      const { seen, report } = await runPass(engine, pass, {
        dryRun,
        journal,
        signal: interruption.signal,
        onPlan: plan => this.warnEarly(warningLines(plan.findings), flags),
        onStep: (step, index, total) => {
          const { verb, subject } = describeStep(step);
          spinner.say(`${verb} ${subject} (${String(index + 1)} of ${String(total)})`);
        },
      });
      spinner.stop();
      this.print(reportLines(report, dryRun, await paletteFor(process.stdout, flags, process.env)), flags);
      this.printProblems(problemLines(report), flags);
      const exitCode = interruption.exit ?? exitCodeOf(report, flags['exit-code']);
      process.exitCode = exitCode;
      return reportJson(this.commandName, report, seen.engine, dryRun, exitCode);
    });
  }

  override logJson(json: unknown): void {
    printJson(json);
  }

  override toSuccessJson(result: unknown): unknown {
    return { schemaVersion, command: this.commandName, ...(result as JsonDocument) };
  }

  private get usage(): CommandUsage {
    const { flags, baseFlags, examples } = this.ctor;
    const [first] = examples;
    const example = typeof first === 'string' ? first : first?.command;
    return {
      command: this.commandName,
      flags: [...Object.keys({ ...baseFlags, ...flags }), 'json', 'help'],
      example: example?.replaceAll('<%= config.bin %>', this.config.bin),
    };
  }

  /** Tells a failure once, as text or as JSON, with the same exit code either way. */
  // eslint-disable-next-line @typescript-eslint/require-await -- oclif's signature
  override async catch(error: Error): Promise<void> {
    process.exitCode = exitOf(error);
    if (!this.jsonEnabled()) {
      process.stderr.write(`${errorLines(error, this.usage).join('\n')}\n`);
      return;
    }
    const known = expected(error, this.usage);
    const document = known
      ? errorJson(this.commandName, known)
      : unexpectedJson(this.commandName, messageOf(error));
    this.logJson({ ...document, ...this.besideError });
  }
}
