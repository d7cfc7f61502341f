import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Node cannot open such a socket; perl is on every Debian. Each datagram becomes a line of hex digits. */
const listener = `
use Socket;
socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die "$!";
bind($socket, sockaddr_un($ARGV[0])) or die "$!";
$| = 1;
print "listening\\n";
my $message;
print unpack("H*", $message), "\\n" while defined recv($socket, $message, 65536, 0);
`;

/** The socket of a service manager that writes down what it is told. */
export class NotifySocket implements AsyncDisposable {
  /** What was told, a message each, but for the barrier of systemd-notify. */
  readonly messages: string[] = [];
  readonly path: string;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, process: ChildProcess) {
    this.#folder = folder;
    this.path = join(folder, 'notify');
    this.#process = process;
  }

  static async open(): Promise<NotifySocket> {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-notify-'));
    const child = spawn('perl', ['-e', listener, join(folder, 'notify')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const socket = new NotifySocket(folder, child);
    const lines = createInterface({ input: child.stdout });
    await once(lines, 'line');
    lines.on('line', line => {
      const message = Buffer.from(line, 'hex').toString();
      if (message !== 'BARRIER=1') socket.messages.push(message);
    });
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
    await rm(this.#folder, { recursive: true });
  }
}
