import { BaseCommand, type JsonDocument } from '../cli/base-command.js';
import { dryRunFlag } from '../cli/flags/global-flags.js';
import { jobFlags } from '../cli/flags/job-flags.js';
import { refuseOtherConfig } from '../cli/watch/other-watch.js';
import { wholePass } from '../cli/passes/whole-pass.js';

export default class Apply extends BaseCommand {
  static override summary = 'Make everything as the config declares, once.';
  static override description =
    'Networks, attachments, proxies and warps, in one pass. Running it again changes nothing. Ctrl-C ends it after the ' +
    'step under way; the next run goes on from there.';
  static override examples = [
    '<%= config.bin %> apply',
    '<%= config.bin %> apply --only networks,attachments',
  ];
  static override flags = { ...jobFlags, 'dry-run': dryRunFlag };

  async run(): Promise<JsonDocument> {
    const { flags } = await this.parse(Apply);
    return this.pass(flags, async connection => {
      if (!flags['dry-run']) await refuseOtherConfig(connection, flags.force);
      return wholePass(connection, flags);
    });
  }
}
