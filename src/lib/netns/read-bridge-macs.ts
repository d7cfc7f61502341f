import { isKernelFailure } from './kernel-error.js';
import { readBatchOutput } from './routing/ip-output.js';
import { readLinks } from './routing/read-links.js';
import type { RunTool } from './tools.js';

/**
 * MAC addresses of the bridges in the namespace that Fairlead runs in, also of those that nobody is on at the moment;
 * undefined where nobody can tell.
 */
export async function readBridgeMacs(
  run: RunTool,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const args = ['-j', 'link', 'show', 'type', 'bridge'];
    const { exitCode, stdout } = await run({ tool: 'ip', args }, signal);
    if (exitCode !== 0) return undefined;
    const [links = []] = stdout.trim() === '' ? [] : readBatchOutput(stdout, 1);
    return Object.fromEntries(
      readLinks(links, []).flatMap(({ name, mac }) => (mac === undefined ? [] : [[name, mac]])),
    );
  } catch (error) {
    // Without ip nothing is routed either, and whoever wants to is told.
    if (isKernelFailure(error, 'tool')) return undefined;
    throw error;
  }
}
