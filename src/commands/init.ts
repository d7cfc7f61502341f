import { Args, Flags } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../cli/base-command.js';
import type { GlobalFlags } from '../cli/flags/global-flags.js';
import { schemaUrl } from '../lib/config/schema-url.js';
import { type Observed, startingConfig } from '../lib/config/starting-config.js';
import { formatOf } from '../lib/config/source/read-source.js';
import { writeConfig } from '../lib/config/write-config.js';
import { isEngineFailure } from '../lib/docker/failures/engine-error.js';
import { UsageError } from '../lib/model/errors.js';
import { escapeText } from '../lib/model/escape.js';

export default class Init extends BaseCommand {
  static override summary = 'Write a commented config file to begin with.';
  static override description =
    'Where an engine answers, its networks are in the file and its proxies are proposed. Nothing in the file ' +
    'changes anything until it is edited. A file that exists is left as it is.';
  static override examples = [
    '<%= config.bin %> init',
    { command: 'sudo <%= config.bin %> init /etc/fairlead/fairlead.yaml', description: 'For the whole host' },
  ];
  static override args = {
    file: Args.string({ description: 'The file to write.', default: 'fairlead.yaml' }),
  };
  static override flags = {
    force: Flags.boolean({ char: 'f', summary: 'Replace a file that exists.' }),
  };

  async run(): Promise<JsonDocument> {
    const { args, flags } = await this.parse(Init);
    const { file } = args;
    if (formatOf(file) !== 'yaml')
      throw new UsageError(`A starting config has comments and is YAML; ${file} is not.`, [
        'Name a .yaml file.',
      ]);
    const observed = await this.observe(flags);
    await writeConfig(file, startingConfig(observed, schemaUrl), flags.force);
    this.print([`Wrote ${escapeText(file)}. Next: edit it, then fairlead validate-config.`], flags);
    return { exitCode: 0, file, observed: observed !== undefined };
  }

  /** What runs, where an engine can be asked; only one that was named must answer. */
  private async observe(flags: GlobalFlags): Promise<Observed | undefined> {
    try {
      // Without a config: what stands in the one to be replaced is no reason not to replace it.
      return await this.withEngine(
        { ...flags, config: '' },
        async ({ engine, interruption: { signal } }) => ({
          networks: await engine.listNetworks(signal),
          containers: await engine.listContainers(signal),
        }),
      );
    } catch (error) {
      const named = flags.host !== undefined || flags.context !== undefined;
      if (named || !isEngineFailure(error, 'unreachable', 'denied', 'timeout', 'malformed')) throw error;
      this.warnEarly([`No engine was asked: ${escapeText(error.message)}`], flags);
      return undefined;
    }
  }
}
