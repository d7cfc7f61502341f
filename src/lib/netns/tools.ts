import type { OpenNamespace } from './open-namespace.js';

/** The programs that are run, and no others; found in the system's own folders, never by the caller's PATH alone. */
export type Tool =
  | 'ip'
  | 'nft'
  | 'cat'
  | 'tee'
  | 'head'
  | 'iptables-nft'
  | 'ip6tables-nft'
  | 'iptables-legacy'
  | 'ip6tables-legacy'
  | 'conntrack';

export interface Invocation {
  readonly tool: Tool;
  /** One item an argument: there is no shell. */
  readonly args: readonly string[];
  /** Standard input, whole before the program starts: a batch is never read half. */
  readonly input?: string;
  /** The namespace to run in, by its open handle; the host's own where it is left out. */
  readonly within?: OpenNamespace;
}

export interface ToolResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a tool with a minimal environment and a deadline. Throws a KernelError where it cannot be started at all, does
 * not end in time, or says more than is ever read; any exit code is a result.
 */
export type RunTool = (invocation: Invocation, signal?: AbortSignal) => Promise<ToolResult>;
