import { BaseCommand, type JsonDocument } from '../cli/base-command.js';
import { gatherFacts } from '../cli/doctor/gather-facts.js';
import { paletteFor } from '../cli/terminal.js';
import { ExitCode } from '../lib/model/errors.js';
import { examine } from '../lib/doctor/examine.js';
import { diagnosisLines } from '../lib/report/diagnosis.js';

export default class Doctor extends BaseCommand {
  static override summary =
    'Say what on this host would keep anything declared from working, each with its fix.';
  static override description =
    'Looks at the config, the engine, the rights and tools that warps need, the guard, interrupted work, and all that ' +
    'a plan warns of or refuses. Changes nothing. Exits with 1 where something cannot work.';
  static override examples = ['<%= config.bin %> doctor', 'sudo <%= config.bin %> doctor --json'];

  async run(): Promise<JsonDocument> {
    const { flags } = await this.parse(Doctor);
    const facts = await this.withEngine(flags, connection =>
      gatherFacts(connection, connection.interruption.signal),
    );
    const diagnoses = examine(facts);
    const hasProblem = diagnoses.some(({ verdict }) => verdict === 'problem');
    const exitCode = hasProblem ? ExitCode.failed : ExitCode.asDesired;
    process.exitCode = exitCode;
    const palette = await paletteFor(process.stdout, flags, process.env);
    this.print(diagnosisLines(diagnoses, palette), flags);
    this.printProblems(diagnosisLines(diagnoses.filter(({ verdict }) => verdict === 'problem')), flags);
    return { exitCode, diagnoses };
  }
}
