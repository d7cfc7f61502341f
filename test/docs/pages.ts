import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Page {
  /** Relative to the root of the project. */
  readonly path: string;
  readonly text: string;
}

/** A command as the page shows it, and what the page says it prints. */
export interface Command {
  readonly line: string;
  readonly shown: readonly string[];
}

/** A ```console block that runs Fairlead. */
export interface Example {
  /** `docs/proxies.md:42`, of its first line. */
  readonly place: string;
  readonly scene: string | undefined;
  readonly commands: readonly Command[];
  /** Files that the page has shown by then, by name: the commands find them where they run. */
  readonly files: Readonly<Record<string, string>>;
}

/** The pages that ship: those of the root, and all below docs/. */
export async function readPages(): Promise<Page[]> {
  const [top, docs] = await Promise.all([readdir(root), readdir(join(root, 'docs'), { recursive: true })]);
  const paths = [...top, ...docs.map(name => join('docs', name))].filter(path => path.endsWith('.md')).sort();
  return Promise.all(paths.map(async path => ({ path, text: await readFile(join(root, path), 'utf8') })));
}

function commandsOf(lines: readonly string[]): Command[] {
  const commands: { line: string; shown: string[] }[] = [];
  for (const line of lines) {
    if (line.startsWith('$ ')) commands.push({ line: line.slice(2), shown: [] });
    else commands.at(-1)?.shown.push(line);
  }
  return commands;
}

/**
 * Blocks without a line that begins with `$ fairlead` are prose to us. A block after `<!-- file: NAME -->` is that
 * file for the examples that follow, up to `<!-- no files -->`.
 */
export function examplesOf({ path, text }: Page): Example[] {
  const examples: Example[] = [];
  const lines = text.split('\n');
  let scene: string | undefined;
  let file: string | undefined;
  let files: Readonly<Record<string, string>> = {};
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const named = /^<!-- scene: (.*) -->$/.exec(line);
    if (named) [, scene] = named;
    file = /^<!-- file: (.*) -->$/.exec(line)?.[1] ?? file;
    if (line === '<!-- no files -->') files = {};
    const shown = line.startsWith('```console');
    if (!shown && !(line.startsWith('```') && file !== undefined)) continue;
    const end = lines.indexOf('```', at + 1);
    const block = lines.slice(at + 1, end);
    if (!shown) {
      files = { ...files, [file ?? '']: `${block.join('\n')}\n` };
      file = undefined;
      at = end;
      continue;
    }
    if (block.some(entry => entry.startsWith('$ fairlead'))) {
      examples.push({ place: `${path}:${String(at + 2)}`, scene, commands: commandsOf(block), files });
    }
    scene = undefined;
    at = end;
  }
  return examples;
}

/** The scene of a block that goes on where the one before it on the page ended. */
export const sameScene = 'same';

/** Examples that happen on one host, one after the other. */
export function chainsOf(examples: readonly Example[]): Example[][] {
  const chains: Example[][] = [];
  for (const example of examples) {
    if (example.scene === sameScene) chains.at(-1)?.push(example);
    else chains.push([example]);
  }
  return chains;
}

/** A page without its fenced blocks and inline code, whose brackets are no links. */
function proseOf({ text }: Page): string {
  return text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, '');
}

/** The targets of links that stay within the project. */
export function relativeLinks(page: Page): string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !/^[a-z]+:/.test(target));
}

/** The anchors that GitHub makes of a page's headings. */
export function anchorsOf({ text }: Page): Set<string> {
  const headings = text.replaceAll(/^```.*?^```$/gms, '').matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
