import { Flags } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../cli/base-command.js';
import { jobFlags } from '../cli/flags/job-flags.js';
import { wholePass } from '../cli/passes/whole-pass.js';

export default class Plan extends BaseCommand {
  static override summary = 'Show what it would take for everything to be as the config declares.';
  static override description = 'Changes nothing. `apply` does what it shows, in the same order.';
  static override examples = [
    '<%= config.bin %> plan',
    { command: '<%= config.bin %> plan --exit-code', description: 'Exit with 3 if there is anything to do' },
  ];
  static override flags = {
    ...jobFlags,
    'exit-code': Flags.boolean({ summary: 'Exit with 3 where there is something to do.' }),
  };

  async run(): Promise<JsonDocument> {
    const { flags } = await this.parse(Plan);
    return this.pass({ ...flags, 'dry-run': true }, connection => wholePass(connection, flags));
  }
}
