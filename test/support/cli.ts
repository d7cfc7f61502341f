import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

export interface CliOptions {
  /** Added to the minimal environment; undefined takes away from it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The engine, as DOCKER_HOST: it reaches command lines of any kind. */
  readonly host?: string;
  readonly input?: string;
  /** After this the program is killed and the run is a failure. */
  readonly timeoutMs?: number;
  readonly cwd?: string;
  /** Runs it as this user, where the tests run as root. */
  readonly uid?: number;
}

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningCli {
  readonly child: ChildProcess;
  /** What it printed so far, both streams. */
  output(): string;
  /** Fulfils when the output so far satisfies the condition. */
  until(condition: (output: string) => boolean): Promise<void>;
  readonly result: Promise<CliResult>;
}

let folder: string | undefined;

/** A folder for this run of the tests, removed at its end. */
export function testFolder(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'fairlead-cli-'));
    // For programs that run as another user.
    chmodSync(made, 0o755);
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return folder;
}

let built: Promise<string> | undefined;

/** Built by itself and away from node_modules: what ships must need nothing else, and nobody rebuilds it meanwhile. */
async function buildOnce(): Promise<string> {
  // Coverage is read off the files that ran, when the tests are over.
  if (process.env['NODE_V8_COVERAGE'] !== undefined) return join(root, 'bin/run.js');
  const target = join(testFolder(), 'package');
  await promisify(execFile)(process.execPath, [join(root, 'scripts/build.js'), target]);
  return join(target, 'bin/run.js');
}

/** The path of the program, built at the first call. */
export function program(): Promise<string> {
  built ??= buildOnce();
  return built;
}

/** No DOCKER_*, nobody's home, no terminal settings. */
export function cleanEnvironment({ env = {}, host }: CliOptions): NodeJS.ProcessEnv {
  const { PATH, NODE_V8_COVERAGE } = process.env;
  const wanted: NodeJS.ProcessEnv = {
    PATH,
    HOME: testFolder(),
    // Never the machine's own.
    FAIRLEAD_STATE_DIR: join(testFolder(), 'state'),
    FAIRLEAD_RUNTIME_DIR: join(testFolder(), 'run'),
    LC_ALL: 'C.UTF-8',
    NODE_V8_COVERAGE,
    DOCKER_HOST: host,
    ...env,
  };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
}

function watch(child: ChildProcess, options: CliOptions): RunningCli {
  const { input, timeoutMs = 15_000 } = options;
  let stdout = '';
  let stderr = '';
  let waiting: { condition: (output: string) => boolean; done: () => void }[] = [];
  const notice = (): void => {
    const ready = waiting.filter(({ condition }) => condition(stdout + stderr));
    waiting = waiting.filter(entry => !ready.includes(entry));
    ready.forEach(({ done }) => done());
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    notice();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    notice();
  });
  // A program that ends before it has read its input is none of our business.
  child.stdin?.on('error', () => undefined);
  if (input !== undefined) child.stdin?.end(input);
  const result = new Promise<CliResult>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`still running after ${String(timeoutMs)} ms; so far:\n${stdout}${stderr}`));
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      clearTimeout(timer);
      resolve({ stdout, stderr, exitCode, signal });
    });
  });
  return {
    child,
    output: () => stdout + stderr,
    until: condition =>
      Promise.race([
        new Promise<void>(done => {
          waiting.push({ condition, done });
          notice();
        }),
        result.then(({ stdout: out, stderr: err }) => {
          if (!condition(out + err)) throw new Error(`ended without what was waited for:\n${out}${err}`);
        }),
      ]),
    result,
  };
}

/** Starts the program itself, as a child process. */
export async function startCli(args: readonly string[], options: CliOptions = {}): Promise<RunningCli> {
  const child = spawn(process.execPath, [await program(), ...args], {
    env: cleanEnvironment(options),
    cwd: options.cwd ?? testFolder(),
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(options.uid !== undefined && process.getuid?.() === 0 && { uid: options.uid }),
  });
  return watch(child, options);
}

/** Runs the program itself to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return (await startCli(args, options)).result;
}

/** A word as a POSIX shell takes it, whatever it is. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Starts a line of shell in which `fairlead` is the program. */
export async function startShell(line: string, options: CliOptions = {}): Promise<RunningCli> {
  const definition = `fairlead() { ${shellQuote(process.execPath)} ${shellQuote(await program())} "$@"; }`;
  const child = spawn('/bin/sh', ['-c', `${definition}\n${line}`], {
    env: cleanEnvironment(options),
    cwd: options.cwd ?? testFolder(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watch(child, options);
}

export interface TerminalOptions extends CliOptions {
  /** Width of the terminal; 0 as some wrappers make it. */
  readonly columns?: number;
  /** Where standard error goes, if not to the terminal. */
  readonly stderr?: string;
}

/**
 * Starts the program on a terminal of its own, made by `script` of util-linux. What the terminal shows arrives as
 * stdout; what is written to the child's stdin is typed.
 */
export async function startInTerminal(
  args: readonly string[],
  options: TerminalOptions = {},
): Promise<RunningCli> {
  const { columns = 100, stderr } = options;
  const words = [process.execPath, await program(), ...args].map(shellQuote).join(' ');
  const size = `stty rows ${columns === 0 ? '0' : '30'} cols ${String(columns)}`;
  const line = `${size}; exec ${words}${stderr === undefined ? '' : ` 2>${shellQuote(stderr)}`}`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    env: { TERM: 'xterm-256color', SHELL: '/bin/sh', ...cleanEnvironment(options) },
    cwd: options.cwd ?? testFolder(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return watch(child, options);
}

export async function runInTerminal(
  args: readonly string[],
  options: TerminalOptions = {},
): Promise<CliResult> {
  return (await startInTerminal(args, options)).result;
}
