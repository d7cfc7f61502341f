import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { problemLines } from '../../src/lib/config/problem-text.js';
import type { Format } from '../../src/lib/config/source/parse-text.js';
import { largestFile } from '../../src/lib/config/source/read-source.js';
import { examineText } from './config-text.js';

const formats: readonly Format[] = ['yaml', 'toml', 'json'];
const runs = Number(process.env['FUZZ_RUNS'] ?? 300);

function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

/** Whatever a text is, looking at it ends in time with nothing but problems one can read. */
async function expectOnlyProblems(text: string, format: Format, limitMs: number): Promise<void> {
  const start = performance.now();
  const { problems } = await examineText(text, format);
  const took = performance.now() - start;
  expect(took, `${format} of ${String(text.length)} characters`).to.be.lessThan(limitMs);
  for (const problem of problems) {
    // A key of the text may be called NaN itself.
    const own = ['undefined', 'NaN'].filter(word => !text.includes(word));
    for (const slip of [...own, '[object', 'Cannot read', 'is not a function']) {
      expect(problem.message).to.not.include(slip);
    }
    expect(problem.message).to.not.match(/\bat .*\.[jt]s:\d+/);
    for (const line of problemLines(problem)) expect(line).to.not.match(/[\u0000-\u001f\u007f-\u009f]/);
    expect(problem.line ?? 1).to.be.greaterThan(0);
  }
}

interface Edit {
  readonly at: number;
  readonly cut: number;
  readonly put: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(),
  cut: fc.nat({ max: 12 }),
  put: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      '- ',
      '&a ',
      '*a',
      '<<: *a',
      '"',
      "'",
      '\n',
      '\n  ',
      '\t',
      '#',
      '|',
      '!!',
      '${',
      '$X',
      '=',
    ),
    fc.constantFrom(
      'null',
      '0',
      '-1',
      '1e999',
      'true',
      '.nan',
      '__proto__',
      'constructor',
      '0x1F',
      '1979-05-27',
      '\u0000',
      '\ud800',
    ),
  ),
});

function mutate(text: string, edits: readonly Edit[]): string {
  return edits.reduce((mutated, { at, cut, put }) => {
    const from = at % (mutated.length + 1);
    return mutated.slice(0, from) + put + mutated.slice(from + cut);
  }, text);
}

describe('texts that nobody meant', function () {
  this.timeout(600_000);

  for (const format of formats) {
    for (const name of [`mistakes.${format}`, `everything.${format}`]) {
      it(`finds only problems in mutations of ${name}`, async () => {
        const text = fixture(name);
        await fc.assert(
          fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 8 }), async edits => {
            await expectOnlyProblems(mutate(text, edits), format, 2000);
          }),
          { numRuns: runs },
        );
      });
    }

    it(`finds only problems in random text read as ${format.toUpperCase()}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 2000 }), async text => {
          await expectOnlyProblems(text, format, 2000);
        }),
        { numRuns: runs },
      );
    });

    it(`finds only problems in values of any shape read as ${format.toUpperCase()}`, async () => {
      const keys = [
        'networks',
        'apps',
        'proxies',
        'warp',
        'routes',
        'rules',
        'select',
        'names',
        'ipam',
        'config',
        'subnet',
      ];
      const { value } = fc.letrec(tie => ({
        leaf: fc.oneof(
          fc.string(),
          fc.integer(),
          fc.double(),
          fc.boolean(),
          fc.constant(null),
          fc.ipV4(),
          fc.ipV6(),
        ),
        value: fc.oneof(
          { depthSize: 'medium' },
          tie('leaf'),
          fc.array(tie('value'), { maxLength: 4 }),
          fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), tie('value'), { maxKeys: 6 }),
        ),
      }));
      await fc.assert(
        fc.asyncProperty(fc.dictionary(fc.constantFrom(...keys), value), async given => {
          await expectOnlyProblems(JSON.stringify(given), format === 'toml' ? 'json' : format, 2000);
        }),
        { numRuns: runs },
      );
    });
  }

  const size = largestFile;
  const hostile: readonly [what: string, text: string][] = [
    ...[
      '[',
      '{',
      ']',
      '}',
      '[,',
      '- ',
      '? ',
      ': ',
      '"',
      "'",
      '&a ',
      '*a ',
      '!',
      '|\n',
      '%a\n',
      '---\n',
      '#\n',
      '\0',
      '\t',
      '\r',
      'a.',
    ].map((unit): [string, string] => [
      `a file full of ${JSON.stringify(unit)}`,
      unit.repeat(size / unit.length),
    ]),
    ['deep lists', `a: ${'['.repeat(5000)}${']'.repeat(5000)}`],
    [
      'deep maps by indentation',
      Array.from({ length: 1400 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    ],
    ['deep JSON', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`],
    ['a deep TOML key', `${'a.'.repeat(50_000)}b = 1`],
    ['a long TOML header', `[${'a.'.repeat(50_000)}b]`],
    ['many TOML headers', Array.from({ length: 20_000 }, (_, index) => `[a.b.c${String(index)}]`).join('\n')],
    ['many TOML keys', Array.from({ length: 50_000 }, (_, index) => `k${String(index)} = 1`).join('\n')],
    [
      'many networks',
      `networks:\n${Array.from({ length: 20_000 }, (_, index) => `  n${String(index)}: {}`).join('\n')}`,
    ],
    ['a line of a million characters', `a: ${'x'.repeat(size - 10)}`],
    ['an alias bomb', aliasBomb(10, 10)],
    ['an alias bomb of maps', `x: &a {k: v}\n${aliasBomb(30, 2)}`],
    ['an anchor that holds itself', 'a: &a [*a]'],
    [
      'merges of merges',
      Array.from(
        { length: 60 },
        (_, index) =>
          `k${String(index)}: &k${String(index)}\n  <<: *k${String(index - 1)}\n  v${String(index)}: 1`,
      ).join('\n'),
    ],
    ['nested defaults', `a: ${'${A:-'.repeat(2000)}x${'}'.repeat(2000)}`],
    ['open variables', '${'.repeat(size / 8)],
    ['unknown keys', Array.from({ length: 5000 }, (_, index) => `netwroks${String(index)}: 1`).join('\n')],
    [
      'a regular expression that never ends',
      'warp: {routes: [{target: {names: ["re:^(a+)+$"]}, via: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab}]}',
    ],
  ];
  for (const [what, text] of hostile) {
    it(`is done in time with ${what}`, async () => {
      for (const format of formats) await expectOnlyProblems(text.slice(0, size), format, 10_000);
    });
  }
});

/** Lists of `width` aliases to the list before, `height` of them: width to the power of height values. */
function aliasBomb(height: number, width: number): string {
  const lines = [`l0: &l0 [${Array.from({ length: width }, () => 'x').join(', ')}]`];
  for (let level = 1; level < height; level += 1) {
    const before = `*l${String(level - 1)}`;
    lines.push(
      `l${String(level)}: &l${String(level)} [${Array.from({ length: width }, () => before).join(', ')}]`,
    );
  }
  return lines.join('\n');
}
