import { join } from 'node:path';
import { styleText } from 'node:util';
import { execa } from 'execa';

const program = join(import.meta.dirname, '../bin/run.js');
const colourful = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';

function style(format: Parameters<typeof styleText>[0], text: string): string {
  return colourful ? styleText(format, text) : text;
}

/** Where the demo tells what happens. */
export class Stage {
  say(text: string): void {
    process.stdout.write(`\n${style('bold', `▌ ${text}`)}\n`);
  }

  line(text: string): void {
    process.stdout.write(`  ${text}\n`);
  }

  good(text: string): void {
    this.line(`${style('green', '✔')} ${text}`);
  }

  bad(text: string): void {
    this.line(`${style('red', '✘')} ${text}`);
  }

  /** Types a command and runs it for real against the engine at `host`. */
  async fairlead(host: string, ...args: string[]): Promise<void> {
    process.stdout.write(`  ${style('cyan', `$ fairlead ${args.join(' ')}`)}\n`);
    const { all } = await execa(process.execPath, [program, ...args], {
      env: { DOCKER_HOST: host, ...(colourful && { FORCE_COLOR: '1' }) },
      all: true,
      reject: false,
    });
    for (const text of all.split('\n')) this.line(`  ${text}`);
  }
}
