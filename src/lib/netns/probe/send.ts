import { ExitCode } from '../../model/errors.js';
import { escapeLine } from '../../model/escape.js';
import type { ProbePackets } from '../../model/probe.js';
import { KernelError } from '../kernel-error.js';
import type { OpenNamespace } from '../open-namespace.js';
import { type Ending, listenTo } from './ending.js';
import { senderScript } from './sender-script.js';
import type { Signature } from './signature.js';
import { type Programs, startProgram } from './start-program.js';

export interface Sent {
  readonly sent: number;
  /** By the kernel's error. */
  readonly refused: Readonly<Record<string, number>>;
}

/** The most packets take a second or two. */
const deadlineMs = 30_000;

/** Sends the packets from inside a namespace, one a millisecond, by the Node that runs us. */
export async function send(
  {
    programs,
    node,
    within,
  }: { readonly programs: Programs; readonly node: string; readonly within: OpenNamespace },
  { destination, protocol, port, count }: ProbePackets,
  signature: Signature,
  signal?: AbortSignal,
): Promise<Sent> {
  const mark = signature.protocol === 'udp' ? signature.marker : String(signature.firstPort);
  const args = ['-e', senderScript, '--', destination, protocol, String(port), String(count), mark];
  const child = await startProgram(programs, { program: node, args, within, stdin: 'ignore' });
  const stop = (): void => void child.kill('SIGKILL');
  const timer = setTimeout(stop, deadlineMs);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const ending = await listenTo(child).ended;
    signal?.throwIfAborted();
    return readSent(ending);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

function readSent(ending: Ending): Sent {
  const tally = ending.exitCode === 0 ? parseTally(ending.stdout) : undefined;
  if (tally) return tally;
  const said = escapeLine(ending.stderr.split('\n').find(line => line.trim() !== '') ?? '');
  const why = said === '' ? `the sender ended with ${String(ending.exitCode)}` : `the sender says: ${said}`;
  throw new KernelError('refused', `Could not send packets from the container's namespace: ${why}.`, {
    exit: ExitCode.failed,
  });
}

function parseTally(text: string): Sent | undefined {
  try {
    const { sent, refused } = JSON.parse(text) as { sent?: unknown; refused?: unknown };
    if (typeof sent !== 'number' || typeof refused !== 'object' || refused === null) return undefined;
    const counts = Object.entries(refused).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    );
    return { sent, refused: Object.fromEntries(counts) };
  } catch {
    return undefined;
  }
}
