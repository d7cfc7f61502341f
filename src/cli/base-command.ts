import { Command } from '@oclif/core';
import type { Engine } from '../lib/docker/engine.js';
import { errorJson, reportJson, schemaVersion, unexpectedJson } from '../lib/report/json.js';
import { messageOf } from '../lib/model/errors.js';
import { exitCodeOf } from '../lib/model/report.js';
import type { World } from '../lib/model/world.js';
import type { Pass } from '../lib/reconcile/pass.js';
import { type GlobalFlags, globalFlags } from './global-flags.js';
import { interruptedExit, onInterrupt } from './interrupt.js';
import { errorLines, exitOf, expected } from './present-error.js';
import { paletteFor, spinnerFor } from './terminal.js';

export type JsonDocument = Record<string, unknown>;

/** What every command shares: the global flags, the engine, the report, and how a failure is told. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = globalFlags;

  /** `network ensure`, as it is typed. */
  get commandName(): string {
    return (this.id ?? '').replaceAll(':', ' ');
  }

  protected print(lines: readonly string[], flags: GlobalFlags): void {
    if (this.jsonEnabled() || flags.quiet || lines.length === 0) return;
    process.stdout.write(`${lines.join('\n')}\n`);
  }

  /** The engine that the flags, the environment and the docker contexts mean. Nothing is sent yet. */
  protected async openEngine(flags: GlobalFlags): Promise<Engine> {
    const [{ connectEngine }] = await Promise.all([import('../lib/docker/connect-engine.js')]);
    return connectEngine({
      ...(flags.host !== undefined && { host: flags.host }),
      ...(flags.context !== undefined && { context: flags.context }),
      env: process.env,
    });
  }

  /** Runs a pass against the engine, tells what it did, and sets the exit code. */
  protected async pass<Seen extends Pick<World, 'engine'>>(
    flags: GlobalFlags & { readonly 'dry-run'?: boolean },
    pass: Pass<Seen>,
  ): Promise<JsonDocument> {
    const [{ runPass }, { reportLines, warningLines }, { describeStep }] = await Promise.all([
      import('../lib/reconcile/pass.js'),
      import('../lib/report/text.js'),
      import('../lib/report/describe.js'),
    ]);
    const dryRun = flags['dry-run'] ?? false;
    const spinner = spinnerFor(flags, process.env);
    const signal = onInterrupt(() => spinner.say('Interrupted: ending the step under way'));
    spinner.say('Asking the engine');
    try {
      const engine = await this.openEngine(flags);
      const { seen, report } = await runPass(engine, pass, {
        dryRun,
        signal,
        onPlan: plan => this.warnEarly(warningLines(plan.findings)),
        onStep: (step, index, total) => {
          const { verb, subject } = describeStep(step);
          spinner.say(`${verb} ${subject} (${String(index + 1)} of ${String(total)})`);
        },
      });
      spinner.stop();
      this.print(reportLines(report, dryRun, await paletteFor(process.stdout, flags, process.env)), flags);
      process.exitCode = signal.aborted ? interruptedExit : exitCodeOf(report);
      return reportJson(this.commandName, report, seen.engine, dryRun);
    } finally {
      spinner.stop();
    }
  }

  /** Warnings go to standard error before anything is done; in JSON they are among the findings. */
  protected warnEarly(lines: readonly string[]): void {
    if (lines.length > 0 && !this.jsonEnabled()) process.stderr.write(`${lines.join('\n')}\n`);
  }

  override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  }

  override toSuccessJson(result: unknown): unknown {
    return { schemaVersion, command: this.commandName, ...(result as JsonDocument) };
  }

  /** Tells a failure once, as text or as JSON, with the same exit code either way. */
  // eslint-disable-next-line @typescript-eslint/require-await -- oclif's signature
  override async catch(error: Error): Promise<void> {
    process.exitCode = exitOf(error);
    if (this.jsonEnabled()) {
      const known = expected(error);
      this.logJson(
        known ? errorJson(this.commandName, known) : unexpectedJson(this.commandName, messageOf(error)),
      );
      return;
    }
    process.stderr.write(`${errorLines(error).join('\n')}\n`);
  }
}
