import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect } from 'chai';

const schema = new URL('../../schema/fairlead.schema.json', import.meta.url);
const server = join(
  dirname(createRequire(import.meta.url).resolve('yaml-language-server/package.json')),
  'bin/yaml-language-server',
);

/** The line by which a file names its schema, as `fairlead init` writes it. */
const modeline = `# yaml-language-server: $schema=${schema.href}`;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

interface Diagnostics {
  readonly uri: string;
  readonly diagnostics: readonly {
    readonly message: string;
    readonly range: { readonly start: { readonly line: number } };
  }[];
}

/** An editor's side of the language server protocol, as far as a question or two need it. */
class Editor {
  readonly #child: ChildProcessWithoutNullStreams;
  #buffer = Buffer.alloc(0);
  #next = 1;
  readonly #received: Message[] = [];

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#take();
    });
  }

  #take(): void {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      const length = Number(
        /Content-Length: (\d+)/.exec(this.#buffer.subarray(0, Math.max(end, 0)).toString())?.[1],
      );
      if (end < 0 || this.#buffer.length < end + 4 + length) return;
      const message = JSON.parse(this.#buffer.subarray(end + 4, end + 4 + length).toString()) as Message;
      this.#buffer = this.#buffer.subarray(end + 4 + length);
      this.#received.push(message);
      // What the server asks of an editor: settings, which it has been sent, and registrations, which need no answer.
      if (message.id !== undefined && message.method !== undefined)
        this.#send({ id: message.id, result: null });
      this.#child.emit('message-received');
    }
  }

  #send(message: object): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#child.stdin.write(`Content-Length: ${String(Buffer.byteLength(text))}\r\n\r\n${text}`);
  }

  notify(method: string, params: object): void {
    this.#send({ method, params });
  }

  async ask(method: string, params: object): Promise<unknown> {
    const id = this.#next;
    this.#next += 1;
    this.#send({ id, method, params });
    return (await this.received(message => message.id === id && message.method === undefined)).result;
  }

  async received(wanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const index = this.#received.findIndex(wanted);
      const [message] = index < 0 ? [] : this.#received.splice(index, 1);
      if (message) return message;
      await once(this.#child, 'message-received');
    }
  }
}

describe('an editor with a YAML language server', function () {
  this.timeout(60_000);
  let child: ChildProcessWithoutNullStreams;
  let editor: Editor;

  before(async () => {
    child = spawn(process.execPath, [server, '--stdio']);
    editor = new Editor(child);
    await editor.ask('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    editor.notify('initialized', {});
    const yaml = { validate: true, completion: true, hover: true };
    editor.notify('workspace/didChangeConfiguration', { settings: { yaml, http: {} } });
  });
  after(() => child.kill());

  let version = 0;
  async function open(text: string): Promise<Diagnostics['diagnostics']> {
    version += 1;
    const document = `file:///fairlead-${String(version)}.yaml`;
    editor.notify('textDocument/didOpen', {
      textDocument: { uri: document, languageId: 'yaml', version, text: `${modeline}\n${text}` },
    });
    const { params } = await editor.received(
      ({ method, params: given }) =>
        method === 'textDocument/publishDiagnostics' && (given as Diagnostics).uri === document,
    );
    return (params as Diagnostics).diagnostics;
  }

  async function completions(text: string): Promise<string[]> {
    await open(text);
    const lines = text.split('\n');
    const position = { line: lines.length, character: lines.at(-1)?.length ?? 0 };
    const result = await editor.ask('textDocument/completion', {
      textDocument: { uri: `file:///fairlead-${String(version)}.yaml` },
      position,
    });
    return (result as { items: readonly { label: string }[] }).items.map(({ label }) => label);
  }

  it('is shown no mistakes in a config that has none', async () => {
    expect(
      await open('networks:\n  a:\n  b: { internal: true }\nproxies:\n  - container: p\n'),
    ).to.deep.equal([]);
  });

  it('is shown mistakes where they are', async () => {
    const shown = await open(
      'networks:\n  a: { internal: maybe }\nproxies:\n  - container: p\n    leave: joind\nnetwroks: {}\n',
    );
    expect(shown.map(({ range }) => range.start.line)).to.have.members([2, 5, 6]);
    expect(shown.map(({ message }) => message).join('\n'))
      .to.match(/netwroks/)
      .and.match(/joined/);
  });

  it('completes keys and values', async () => {
    expect(await completions('')).to.include.members([
      'networks',
      'attachments',
      'apps',
      'proxies',
      'warp',
      'logging',
    ]);
    expect(await completions('proxies:\n  - container: p\n    lea')).to.include('leave');
    expect(await completions('proxies:\n  - container: p\n    leave: ')).to.include.members([
      'joined',
      'any',
      'never',
    ]);
    expect(await completions('networks:\n  a:\n    on_')).to.include('on_drift');
  });

  it('explains a key', async () => {
    await open('networks:\n  a:\n    egress: warp\n');
    const hover = await editor.ask('textDocument/hover', {
      textDocument: { uri: `file:///fairlead-${String(version)}.yaml` },
      position: { line: 3, character: 6 },
    });
    expect(JSON.stringify(hover)).to.include('only warp containers');
  });
});
