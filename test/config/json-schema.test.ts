import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { expect } from 'chai';
import { configSchema } from '../../src/lib/config/schema.js';
import { readShape } from '../../src/lib/config/shape.js';
import { parseText } from '../../src/lib/config/source/parse-text.js';
import { pathText, type Path } from '../../src/lib/config/source/tree.js';

const schemaFile = new URL('../../schema/fairlead.schema.json', import.meta.url);

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'));
}

/** Every path of a value, the value's own first. */
function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value))
    yield* pathsOf(part, [...path, Array.isArray(value) ? Number(key) : key]);
}

/** A copy with something else at a path, or with nothing there. */
function changed(value: unknown, path: Path, put: unknown): unknown {
  const copy = structuredClone(value);
  const last = path.at(-1);
  if (last === undefined) return put;
  const holder = path.slice(0, -1).reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], copy);
  if (put !== undefined) (holder as Record<string, unknown>)[last] = put;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else Reflect.deleteProperty(holder as object, last);
  return copy;
}

describe('the JSON Schema', () => {
  let validate: ValidateFunction;
  before(() => {
    validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(schemaFile, 'utf8')) as object);
  });

  async function loaderAccepts(value: unknown): Promise<boolean> {
    const { root } = await parseText(JSON.stringify(value), 'json');
    return root !== undefined && readShape(root).faults.length === 0;
  }

  it('and the list of keys in the docs are what the schema makes of them', () => {
    execFileSync(process.execPath, ['scripts/schema.js', '--check'], {
      cwd: new URL('../..', import.meta.url),
    });
  });

  it('accepts a file with every key, and every key of the schema is in that file', () => {
    const everything = fixture('everything.json') as Record<string, unknown>;
    expect(validate(everything), JSON.stringify(validate.errors)).to.equal(true);
    expect(Object.keys(everything)).to.include.members(Object.keys(configSchema.shape));
  });

  it('rejects the file with every mistake', () => {
    expect(validate(fixture('mistakes.json'))).to.equal(false);
  });

  it('accepts and rejects what the loader does, whatever is changed in a file', async function () {
    this.timeout(120_000);
    const everything = fixture('everything.json');
    const replacements = [
      undefined,
      null,
      true,
      0,
      -1,
      1.5,
      70_000,
      '',
      'x',
      '10s',
      [],
      ['x'],
      [1],
      {},
      { x: 1 },
      { 'x-y': 1 },
    ];
    let compared = 0;
    for (const path of pathsOf(everything)) {
      for (const put of replacements) {
        if (put === undefined && path.length === 0) continue;
        const value = changed(everything, path, put);
        const byLoader = await loaderAccepts(value);
        expect(validate(value), `${pathText(path)} = ${JSON.stringify(put)}`).to.equal(byLoader);
        compared += 1;
      }
    }
    expect(compared).to.be.greaterThan(2000);
  });
});
