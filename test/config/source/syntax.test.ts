import { expect } from 'chai';
import { type Format, parseText } from '../../../src/lib/config/source/parse-text.js';
import { valueOf } from '../../../src/lib/config/source/tree.js';

/** The faults of a text as `line:column message`. */
async function faults(text: string, format: Format): Promise<string[]> {
  const parsed = await parseText(text, format);
  return parsed.faults.map(({ at, message }) => `${String(at.line)}:${String(at.column)} ${message}`);
}

async function value(text: string, format: Format): Promise<unknown> {
  const { root } = await parseText(text, format);
  return root && JSON.parse(JSON.stringify(valueOf(root)));
}

describe('text that is read', () => {
  const broken: readonly [what: string, format: Format, text: string, expected: RegExp][] = [
    ['an open bracket', 'yaml', 'a: 1\nb: [1,\nc: 2', /^\d+:\d+ /],
    ['a tab', 'yaml', 'a:\n\tb: 1', /^2:1 a tab indents/],
    ['an unknown alias', 'yaml', 'a: *b', /^1:4 the alias \*b has no anchor/],
    ['a key twice', 'yaml', 'a: 1\nb: 2\na: 3', /^3:1 the key "a" is already given in line 1/],
    ['a second document', 'yaml', 'a: 1\n---\nb: 2', /^2:1 a second document/],
    ['an unknown tag', 'yaml', 'a: !!js/function x', /^1:4 Unresolved tag/],
    ['a map as key', 'yaml', '? {a: b}\n: c', /^1:3 a key must be/],
    ['a key __proto__', 'yaml', '__proto__: {a: 1}', /^1:1 "__proto__" is no name/],
    ['an open string', 'toml', 'a = 1\nb = "x\n', /^2:\d+ /],
    ['a key twice', 'toml', 'a = 1\na = 2', /^2:1 /],
    ['a table twice', 'toml', '[a]\n[b]\n[a]', /^3:2 /],
    ['no value', 'toml', 'a =', /^1:\d unspecified/],
    ['a key __proto__', 'toml', '[a]\n__proto__ = 1', /^2:1 "__proto__" is no name/],
    ['a comment', 'json', '{\n  // c\n}', /^2:3 unexpected character/],
    ['a comma too many', 'json', '{"a": 1,\n}', /^2:1 unexpected token/],
    ['nothing', 'json', '', /^1:1 unexpected end/],
    ['a key twice', 'json', '{"a": 1,\n "a": 2}', /^2:2 the key "a" is already given in line 1/],
    ['a key __proto__', 'json', '{"__proto__": {"a": 1}}', /^1:2 "__proto__" is no name/],
    ['a raw line end in a string', 'json', '{"a": "x\ny"}', /^1:7 a line end or control character/],
  ];
  for (const [what, format, text, expected] of broken) {
    it(`says where ${what} is in ${format.toUpperCase()}`, async () => {
      expect((await faults(text, format))[0]).to.match(expected);
    });
  }

  it('is the same value in every format', async () => {
    const expected = { a: { b: [1, 'x', { c: true }], 'd.e': '' }, f: -1.5 };
    expect(await value('a:\n  b: [1, x, {c: true}]\n  d.e: ""\nf: -1.5', 'yaml')).to.deep.equal(expected);
    expect(await value('f = -1.5\n[a]\nb = [1, "x", {c = true}]\n"d.e" = ""', 'toml')).to.deep.equal(
      expected,
    );
    expect(await value(JSON.stringify(expected), 'json')).to.deep.equal(expected);
  });

  it('has merges in YAML, where what is given directly wins', async () => {
    const text = 'x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  a: 3';
    expect(await value(text, 'yaml'))
      .to.have.property('z')
      .that.deep.equals({ a: 3, b: 1, c: 2 });
  });

  it('has keys as text, as they are written', async () => {
    expect(await value('1001: a\n0x10: b\ntrue: c\n1.0: d', 'yaml')).to.have.all.keys(
      '1001',
      '0x10',
      'true',
      '1.0',
    );
  });

  it('is an empty map when a YAML or TOML file is empty or only comments', async () => {
    expect(await value('', 'yaml')).to.deep.equal({});
    expect(await value('# nothing\n', 'yaml')).to.deep.equal({});
    expect(await value('---\n', 'yaml')).to.deep.equal({});
    expect(await value('# nothing\n', 'toml')).to.deep.equal({});
  });
});
