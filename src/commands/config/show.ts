import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { configRequest } from '../../cli/config-request.js';
import { effectiveValues, originText } from '../../lib/config/effective-values.js';
import { loadConfig } from '../../lib/config/load.js';
import { problemJson } from '../../lib/config/problem-json.js';
import { problemLine } from '../../lib/config/problem-text.js';
import { pathText } from '../../lib/config/source/tree.js';
import { escapeText } from '../../lib/model/escape.js';

export default class ConfigShow extends BaseCommand {
  static override summary = 'Show the effective configuration and where each value comes from.';
  static override description =
    'Flags come before FAIRLEAD_ variables, these before the config file, and that before the defaults.';
  static override examples = [
    '<%= config.bin %> config show',
    { command: '<%= config.bin %> config show --json', description: 'With the origin of each value as data' },
  ];

  async run(): Promise<JsonDocument> {
    const { flags } = await this.parse(ConfigShow);
    const [loaded, { alignColumns }] = await Promise.all([
      loadConfig(configRequest(flags)),
      import('../../lib/report/columns.js'),
    ]);
    const values = effectiveValues(loaded);
    this.warnEarly(loaded.warnings.map(problemLine), flags);
    const rows = values.map(({ path, value, origin }) => [
      escapeText(pathText(path)),
      escapeText(JSON.stringify(value)),
      escapeText(originText(origin)),
    ]);
    this.print(alignColumns(rows), flags);
    return {
      exitCode: 0,
      file: loaded.file ?? null,
      config: loaded.config,
      values: values.map(({ path, ...rest }) => ({ path: pathText(path), ...rest })),
      warnings: loaded.warnings.map(problemJson),
    };
  }
}
