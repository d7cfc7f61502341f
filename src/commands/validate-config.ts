import { Args, Flags } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../cli/base-command.js';
import { configRequest } from '../cli/config-request.js';
import type { GlobalFlags } from '../cli/flags/global-flags.js';
import { readStandardInput } from '../cli/standard-input.js';
import type { Examination } from '../lib/config/examine.js';
import { problemCount, problemJson } from '../lib/config/problem-json.js';
import { problemLines } from '../lib/config/problem-text.js';
import type { Problem } from '../lib/config/source/problem.js';
import type { ConfigSource } from '../lib/config/source/read-source.js';
import { ExitCode, UsageError } from '../lib/model/errors.js';

export default class ValidateConfig extends BaseCommand {
  static override summary = 'Find every mistake in a config file, without touching anything.';
  static override description =
    'Prints each problem with its file, line and column and exits with 2 where one is an error. No engine is ' +
    'needed; with --online one is asked for what only it knows.';
  static override examples = [
    '<%= config.bin %> validate-config',
    '<%= config.bin %> validate-config deploy/fairlead.toml --json',
    { command: '<%= config.bin %> validate-config - < fairlead.yaml', description: 'From standard input' },
  ];
  static override args = { file: Args.string({ description: 'The file, or - for standard input.' }) };
  static override flags = {
    online: Flags.boolean({
      summary: 'Check against the engine too: overlaps, missing networks and containers, its age.',
    }),
    format: Flags.option({
      options: ['yaml', 'toml', 'json'] as const,
      summary: 'What standard input holds (yaml if not said).',
    })(),
  };

  async run(): Promise<JsonDocument> {
    const { args, flags } = await this.parse(ValidateConfig);
    const [{ examine }, { nothingDeclared }, { environmentOverrides }] = await Promise.all([
      import('../lib/config/examine.js'),
      import('../lib/config/checks/declares-nothing.js'),
      import('../lib/config/settings.js'),
    ]);
    const request = configRequest(flags, args.file);
    const source = await this.source(request.file, flags);
    const overrides = [...environmentOverrides(request.env), ...(request.flags ?? [])];
    const examination = await examine(source, overrides, request.env);
    const online = flags.online ? await this.checkOnline(examination, flags) : [];
    const { problems, place, silent } = examination;
    const hasErrors = problems.some(({ severity }) => severity === 'error');
    const empty = silent && !hasErrors ? [place(nothingDeclared)] : [];
    return this.tell(source.file, [...problems, ...empty, ...online], flags);
  }

  private async source(
    file: string | undefined,
    flags: GlobalFlags & { readonly format?: ConfigSource['format'] | undefined },
  ): Promise<ConfigSource> {
    if (file === '-')
      return { file: '-', text: await readStandardInput(), format: flags.format ?? 'yaml', warnings: [] };
    const { locateConfig } = await import('../lib/config/load.js');
    const source = await locateConfig(configRequest(flags, file));
    if (source) return flags.format ? { ...source, format: flags.format } : source;
    throw new UsageError('There is no config to check.', [
      'Name a file, or make one with fairlead init.',
      'Looked for fairlead.yaml, .yml, .toml, .json and the like here, in ~/.config/fairlead and in /etc/fairlead.',
    ]);
  }

  private async checkOnline(
    { config, problems, place }: Examination,
    flags: GlobalFlags,
  ): Promise<Problem[]> {
    if (!config || problems.some(({ severity }) => severity === 'error')) {
      this.warnEarly(['The engine was not asked: mend these first.'], flags);
      return [];
    }
    const [{ checkAgainstEngine }, { checkRoutesAgainstEngine }] = await Promise.all([
      import('../lib/config/checks/online-checks.js'),
      import('../lib/warps/routes/check-online.js'),
    ]);
    const { host, context } = config.docker;
    const reached = {
      ...flags,
      ...(host !== undefined && { host }),
      ...(context !== undefined && { context }),
    };
    const observed = await this.withEngine(reached, async ({ engine, interruption: { signal } }) => ({
      engine: await engine.info(signal),
      networks: await engine.listNetworks(signal),
      containers: await engine.listContainers(signal),
    }));
    return [...checkAgainstEngine(config, observed), ...checkRoutesAgainstEngine(config, observed)].map(
      place,
    );
  }

  private tell(file: string, problems: readonly Problem[], flags: GlobalFlags): JsonDocument {
    const valid = !problems.some(({ severity }) => severity === 'error');
    const exitCode = valid ? ExitCode.asDesired : ExitCode.usage;
    process.exitCode = exitCode;
    const lines = problems.flatMap(problemLines);
    this.print(
      [
        ...lines,
        problems.length === 0
          ? `${file === '-' ? 'standard input' : file} has no mistakes`
          : problemCount(problems),
      ],
      flags,
    );
    if (!valid) this.printProblems(lines, flags);
    return { exitCode, file, valid, problems: problems.map(problemJson) };
  }
}
