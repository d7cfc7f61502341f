import { ExitCode } from '../../model/errors.js';
import { escapeLine } from '../../model/escape.js';
import type { ReplyMarking } from '../../model/routing.js';
import { isKernelFailure, KernelError } from '../kernel-error.js';
import type { OpenNamespace } from '../open-namespace.js';
import { missingRights } from '../rights.js';
import type { RunTool, ToolResult } from '../tools.js';
import { type Fields, isFields } from './ip-output.js';
import { acceptMemory, chainsFor, repliesPriority, repliesTable } from './replies.js';

/** What nft prints of the table for what comes in; undefined where there is none. */
export async function listReplies(
  run: RunTool,
  within: OpenNamespace,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const args = ['-j', 'list', 'table', 'inet', repliesTable];
  let result: ToolResult;
  try {
    result = await run({ tool: 'nft', args, within }, signal);
  } catch (error) {
    // Without nft we cannot have made one.
    if (isKernelFailure(error, 'tool')) return undefined;
    throw error;
  }
  if (result.exitCode === 0) return result.stdout;
  if (result.stderr.includes('No such file or directory')) return undefined;
  throw unreadable('how its replies are marked', result);
}

export function unreadable(what: string, { stderr }: ToolResult): KernelError {
  if (/Operation not permitted|Permission denied/.test(stderr)) return missingRights(`read ${what}`);
  return new KernelError('no-answer', `Could not read ${what}: ${escapeLine(stderr)}.`, {
    exit: ExitCode.failed,
  });
}

/** What `nft -j list table` says of the table. */
export function readReplies(stdout: string): ReplyMarking {
  const { chains, rules, macs } = readTable(stdout);
  const replies = {
    gatewayMacs: macs,
    ...(chains.some(({ name }) => name === 'redirects') && { refusesRedirects: true as const }),
  };
  const wanted = Object.entries(chainsFor(replies));
  const isWhole =
    chains.filter(({ name }) => name !== acceptMemory).length === wanted.length &&
    wanted.every(
      ([name, chain]) =>
        chains.some(each => each['name'] === name && each['prio'] === repliesPriority) &&
        rules.filter(each => each['chain'] === name).length === chain.rules.length,
    );
  return { ...replies, ...(!isWhole && { altered: true }) };
}

/** Whether the table says that the switch for the marks of accepted connections has to be taken back. */
export function remembersSwitch(stdout: string): boolean {
  return readTable(stdout).chains.some(({ name }) => name === acceptMemory);
}

interface Table {
  readonly chains: readonly Fields[];
  readonly rules: readonly Fields[];
  readonly macs: readonly string[];
}

function readTable(stdout: string): Table {
  const entries = entriesOf(stdout);
  const of = (kind: string): Fields[] =>
    entries.flatMap(entry => (isFields(entry[kind]) ? [entry[kind]] : []));
  const elements = of('set').find(({ name }) => name === 'gateways')?.['elem'];
  const macs = Array.isArray(elements) ? elements.map(String).sort() : [];
  return { chains: of('chain'), rules: of('rule'), macs };
}

function entriesOf(stdout: string): Fields[] {
  try {
    const read: unknown = JSON.parse(stdout);
    const entries: unknown = isFields(read) ? read['nftables'] : undefined;
    if (Array.isArray(entries)) return entries.filter(isFields);
  } catch {
    // Said below.
  }
  throw new KernelError('no-answer', 'What nft printed cannot be read: it is not the JSON it should be.', {
    exit: ExitCode.failed,
    hints: ['Was this nft built without JSON? `nft -V` tells.'],
  });
}
