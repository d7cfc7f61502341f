import { ExitCode } from '../model/errors.js';
import { escapeLine } from '../model/escape.js';
import { KernelError } from './kernel-error.js';
import { missingRights } from './rights.js';
import type { Tool, ToolResult } from './tools.js';

/** The first line a tool complains in, without the place in its input and warnings before it. */
function complaint({ stdout, stderr, exitCode }: ToolResult): string {
  const lines = `${stderr}\n${stdout}`.split('\n').map(line => line.trim());
  const said = lines.find(line => line !== '' && !line.startsWith('#') && !line.startsWith('{'));
  return said === undefined ? `ended with ${String(exitCode)}` : `says: ${escapeLine(said)}`;
}

/** What a tool that ended otherwise than well comes to. */
export function toolRefused(attempted: string, tool: Tool, result: ToolResult): KernelError {
  if (/Operation not permitted|Permission denied/.test(result.stderr)) return missingRights(attempted);
  return new KernelError('refused', `Could not ${attempted}: ${tool} ${complaint(result)}`, {
    exit: ExitCode.failed,
  });
}
