import { Flags } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../cli/base-command.js';
import { jobFlags } from '../cli/flags/job-flags.js';
import { runWatch } from '../cli/watch/run-watch.js';

export default class Watch extends BaseCommand {
  static override summary = 'Keep everything as the config declares, until it is stopped.';
  static override description =
    'Makes the pass of `apply` at the start, after every event of the engine that may have changed something, and at ' +
    'times without one. It goes on through restarts of the engine. SIGHUP and a change of the config file make it read ' +
    'the config again; a config with a mistake is refused, and the old one stays in force. SIGTERM and Ctrl-C end it ' +
    'after the step under way. It has no --dry-run: `plan` shows what it would do. ' +
    'With --json it prints one object a line.';
  static override examples = [
    '<%= config.bin %> watch',
    '<%= config.bin %> watch --only networks,proxies --metrics 127.0.0.1:9324',
  ];
  static override flags = {
    ...jobFlags,
    metrics: Flags.string({
      summary:
        'Serve Prometheus metrics and /healthz at :PORT (on 127.0.0.1), ADDRESS:PORT, [IPV6]:PORT or unix:/PATH.',
      helpValue: 'ADDRESS',
    }),
    'fail-fast': Flags.boolean({
      summary: 'End at the first failure, where a service manager starts it again.',
    }),
  };

  async run(): Promise<JsonDocument | undefined> {
    const { flags } = await this.parse(Watch);
    process.exitCode = await runWatch(flags, {
      json: this.jsonEnabled(),
      version: this.config.version,
    });
    return undefined;
  }
}
