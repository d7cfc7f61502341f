import { expect } from 'chai';
import { interpolate } from '../../../src/lib/config/source/interpolate.js';
import { valueOf } from '../../../src/lib/config/source/tree.js';
import { examineText } from '../config-text.js';

const env = { NAME: 'value', EMPTY: '', OTHER: 'other' };

function filled(text: string): { value: unknown; faults: string[] } {
  const node = { kind: 'scalar', at: { line: 1, column: 1 }, value: text } as const;
  const { root, faults } = interpolate(node, env);
  return { value: valueOf(root), faults: faults.map(({ message }) => message) };
}

describe('variables in values', () => {
  const cases: readonly [text: string, value: string][] = [
    ['plain', 'plain'],
    ['$NAME', 'value'],
    ['${NAME}', 'value'],
    ['a-${NAME}-b', 'a-value-b'],
    ['$NAME/$OTHER', 'value/other'],
    ['${EMPTY}', ''],
    ['${EMPTY:-default}', 'default'],
    ['${EMPTY-default}', ''],
    ['${UNSET:-default}', 'default'],
    ['${UNSET-default}', 'default'],
    ['${UNSET:-}', ''],
    ['${NAME:-default}', 'value'],
    ['${NAME:?must}', 'value'],
    ['${NAME:+instead}', 'instead'],
    ['${EMPTY:+instead}', ''],
    ['${EMPTY+instead}', 'instead'],
    ['${UNSET+instead}', ''],
    ['${UNSET:-${NAME}}', 'value'],
    ['${UNSET:-${UNSET:-${OTHER}}}!', 'other!'],
    ['${UNSET:-a:b-c?d}', 'a:b-c?d'],
    ['$$NAME', '$NAME'],
    ['$${NAME}', '${NAME}'],
    ['re:^warp-\\d+$', 're:^warp-\\d+$'],
    ['re:^(a$|b$)', 're:^(a$|b$)'],
    ['$', '$'],
    ['10$ 20$', '10$ 20$'],
  ];
  for (const [text, value] of cases) {
    it(`makes ${text} ${value === '' ? 'empty' : value}`, () => {
      expect(filled(text)).to.deep.equal({ value, faults: [] });
    });
  }

  const mistakes: readonly [text: string, message: RegExp][] = [
    ['$UNSET', /UNSET is not set/],
    ['${UNSET}', /UNSET is not set/],
    ['${UNSET:?for the proxy}', /UNSET must be set: for the proxy/],
    ['${EMPTY:?}', /EMPTY must be set/],
    ['${NAME', /not closed/],
    ['${}', /names no variable/],
    ['${1A}', /names no variable/],
    ['${NAME!x}', /no way to name/],
    ['${NAME x}', /no way to name/],
  ];
  for (const [text, message] of mistakes) {
    it(`refuses ${text}`, () => {
      const { faults } = filled(text);
      expect(faults).to.have.length(1);
      expect(faults[0]).to.match(message);
    });
  }

  it('adds no keys, whatever a variable holds', async () => {
    const hostile = { NAME: 'x\n  evil: true\n"}, {' };
    const { config } = await examineText('warp: { target_label: "${NAME}" }', 'yaml', [], hostile);
    expect(config?.warp.target_label).to.equal(hostile.NAME);
    expect(config?.networks).to.deep.equal({});
  });

  it('becomes the boolean or number the schema wants', async () => {
    const text = 'networks: { a: { internal: "${INTERNAL:-true}" } }\nretry: { attempts: "${ATTEMPTS}" }';
    const { config, problems } = await examineText(text, 'yaml', [], { ATTEMPTS: '0' });
    expect(problems).to.deep.equal([]);
    expect(config?.networks['a']?.internal).to.equal(true);
    expect(config?.retry.attempts).to.equal(0);
  });

  it('stays text where the text is no boolean', async () => {
    const { problems } = await examineText('fail_fast: ${X}', 'yaml', [], { X: 'yes' });
    expect(problems[0]).to.include({ line: 1, column: 12, suggestion: 'true' });
  });

  it('is told where it stands when a variable is not set', async () => {
    const { problems } = await examineText('networks:\n  a: { driver: "${UNSET}" }');
    expect(problems[0]).to.include({ line: 2, column: 16 });
    expect(problems[0]?.allowed).to.include('${UNSET:-value}');
  });
});
