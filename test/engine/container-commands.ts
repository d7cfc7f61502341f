import type { PrivateEngine } from './private-engine.js';

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `docker exec` by the API: runs a command in a container to its end, whatever its exit code. */
export async function execInContainer(
  engine: PrivateEngine,
  container: string,
  command: readonly string[],
): Promise<CommandResult> {
  const { Id } = await engine.api<{ Id: string }>('POST', `/containers/${container}/exec`, {
    AttachStdout: true,
    AttachStderr: true,
    Cmd: command,
  });
  const output = await engine.raw.download('POST', `/exec/${Id}/start`, { Detach: false, Tty: false });
  const { ExitCode } = await engine.api<{ ExitCode: number }>('GET', `/exec/${Id}/json`);
  return { exitCode: ExitCode, ...splitStreams(output) };
}

/** What a container has printed so far. */
export async function containerLogs(
  engine: PrivateEngine,
  container: string,
): Promise<Omit<CommandResult, 'exitCode'>> {
  return splitStreams(await engine.raw.download('GET', `/containers/${container}/logs?stdout=1&stderr=1`));
}

/** Frames of an 8 byte header (stream, three zeroes, length) and their content. */
function splitStreams(output: Buffer): { stdout: string; stderr: string } {
  const parts: Record<number, Buffer[]> = {};
  for (let at = 0; at + 8 <= output.length;) {
    const end = at + 8 + output.readUInt32BE(at + 4);
    (parts[output.readUInt8(at)] ??= []).push(output.subarray(at + 8, end));
    at = end;
  }
  const text = (stream: number): string => Buffer.concat(parts[stream] ?? []).toString();
  return { stdout: text(1), stderr: text(2) };
}
