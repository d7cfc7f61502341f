import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import pLimit from 'p-limit';
import { ExitCode } from '../../src/lib/model/errors.js';
import {
  type Example,
  anchorsOf,
  chainsOf,
  examplesOf,
  readPages,
  relativeLinks,
  root,
  sameScene,
} from './pages.js';
import { type Printed, normalised, runCommands } from './run-example.js';
import { kernelScenes, scenes } from './scenes.js';

const pages = await readPages();
const shipped = pages.filter(({ path }) => path === 'README.md' || path.startsWith('docs/'));
const chains = chainsOf(shipped.flatMap(page => examplesOf(page))).filter(
  ([first]) => !kernelScenes.has(first?.scene ?? ''),
);

/** An example and those that go on in its scene, one after the other. */
async function runChain(chain: readonly Example[]): Promise<Printed[][]> {
  const daemon = scenes[chain[0]?.scene ?? '']?.();
  const printed: Printed[][] = [];
  for (const example of chain) printed.push(daemon ? await runCommands(example, daemon) : []);
  return printed;
}

/** What the commands of each example print. Scenes know nothing of each other and run side by side. */
function runAll(): Map<Example, Promise<Printed[]>> {
  const limit = pLimit(4);
  return new Map(
    chains.flatMap(chain => {
      const printed = limit(() => runChain(chain));
      return chain.map((example, i) => [example, printed.then(each => each[i] ?? [])] as const);
    }),
  );
}

async function json(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(root, path), 'utf8'));
}

describe('the documentation', function () {
  this.timeout(60_000);

  describe('shows what the program prints', () => {
    let running: Map<Example, Promise<Printed[]>>;
    before(() => {
      expect(existsSync(join(root, 'dist/cli/run.js')), 'the program is built: npm run build').to.equal(true);
      running = runAll();
    });
    for (const example of chains.flat()) {
      it(example.place, async () => {
        const known = [sameScene, ...Object.keys(scenes)];
        expect(example.scene, 'a comment <!-- scene: … --> before the block').to.be.oneOf(known);
        const printed = (await running.get(example)) ?? [];
        example.commands.forEach(({ line, shown }, i) => {
          expect(line).to.match(/^fairlead |^echo \$\?$/);
          expect(normalised(printed[i] ?? []), `$ ${line}`).to.equal(normalised(shown));
        });
      });
    }
  });

  for (const page of pages) {
    it(`${page.path} links to what is there`, () => {
      for (const link of relativeLinks(page)) {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? page.path : normalize(join(dirname(page.path), file));
        expect(existsSync(join(root, target)), link).to.equal(true);
        const linked = pages.find(({ path }) => path === target);
        if (anchor !== undefined && linked) expect([...anchorsOf(linked)], link).to.include(anchor);
      }
    });
  }

  it('mentions every command', async () => {
    const { commands } = (await json('oclif.manifest.json')) as {
      commands: Record<string, { hidden?: boolean }>;
    };
    const text = shipped.map(page => page.text).join('\n');
    const names = Object.entries(commands)
      .filter(([, { hidden }]) => hidden !== true)
      .map(([id]) => `fairlead ${id.replaceAll(':', ' ')}`);
    expect(names).to.not.be.empty;
    expect(names.filter(name => !text.includes(name))).to.deep.equal([]);
  });

  it('names only npm scripts that exist', async () => {
    const { scripts } = (await json('package.json')) as { scripts: Record<string, string> };
    const named = pages.flatMap(({ text }) =>
      [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name),
    );
    expect(named).to.not.be.empty;
    expect(Object.keys(scripts)).to.include.members(named);
  });

  for (const path of ['README.md', 'docs/json-output.md']) {
    it(`${path} lists the exit codes that there are`, () => {
      const text = pages.find(page => page.path === path)?.text ?? '';
      const table = /^## Exit codes\n(.*?)(?=^## |(?![^]))/ms.exec(text)?.[1] ?? '';
      const codes = [...table.matchAll(/^\| `(\d+)`/gm)].map(([, code]) => Number(code));
      expect(codes).to.deep.equal(Object.values(ExitCode).sort((a, b) => a - b));
    });
  }
});
