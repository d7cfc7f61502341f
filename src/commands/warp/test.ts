import { Args, Flags } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { runProbe } from '../../cli/passes/warp-probe.js';
import { probeJson, probeLines } from '../../lib/report/probe.js';
import { readProbe } from '../../lib/warps/probe/probe-packets.js';
import { probeExit } from '../../lib/warps/probe/probe-verdict.js';

export default class WarpTest extends BaseCommand {
  static override summary = 'Send marked packets from a container and say on which side they come out.';
  static override description =
    'They are sent from the container’s own network namespace to an address of your choice, and counted in its ' +
    'warps and where they would leave the host past them. Exits with 0 when nothing came past, and with 1 when ' +
    'something did or cannot be accounted for. What counts goes with the command. Needs root on the engine’s host.';
  static override examples = [
    '<%= config.bin %> warp test worker --to 198.18.0.9',
    { command: '<%= config.bin %> warp test worker --to 198.18.0.9 --tcp --port 443', description: 'By TCP' },
  ];
  static override args = {
    target: Args.string({ required: true, description: 'The container to send from.' }),
  };
  static override flags = {
    to: Flags.string({
      required: true,
      summary: 'The address to send to, IPv4 or IPv6.',
      helpValue: 'ADDRESS',
    }),
    port: Flags.integer({ min: 1, max: 65_535, summary: 'The port to send to: 33434, with --tcp 443.' }),
    count: Flags.integer({ min: 1, max: 1000, summary: 'How many packets: 100, unless given.' }),
    tcp: Flags.boolean({ summary: 'Begin TCP connections instead of sending UDP datagrams.' }),
  };

  async run(): Promise<JsonDocument> {
    const { args, flags } = await this.parse(WarpTest);
    const packets = readProbe(flags);
    const { world, report } = await this.withEngine(
      flags,
      async ({ spinner, interruption, ...connection }) => {
        spinner.say('Sending and counting');
        return runProbe(connection, args.target, packets, interruption.signal);
      },
    );
    const lines = probeLines(report);
    this.print(lines, flags);
    const exitCode = probeExit(report);
    process.exitCode = exitCode;
    if (exitCode !== 0) this.printProblems(lines, flags);
    return { exitCode, engine: world.engine, ...probeJson(report) };
  }
}
