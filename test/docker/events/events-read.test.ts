import { expect } from 'chai';
import fc from 'fast-check';
import { EngineError } from '../../../src/lib/docker/failures/engine-error.js';
import { LineSplitter } from '../../../src/lib/docker/events/line-splitter.js';
import { readEvent } from '../../../src/lib/docker/events/read-event.js';

const container = 'a'.repeat(64);
const network = 'b'.repeat(64);

/** As the engine writes it; what is undefined is left out. */
function line(fields: Record<string, unknown>, time = '1795237370666794501'): string {
  const event = {
    Type: 'container',
    Action: 'start',
    Actor: { ID: container, Attributes: { name: 'web', image: 'nginx' } },
    scope: 'local',
    time: 1795237370,
    ...fields,
  };
  return `${JSON.stringify(event).slice(0, -1)},"timeNano":${time}}`;
}

describe('a line of events', () => {
  const cases: readonly (readonly [title: string, line: string, event: Record<string, unknown>])[] = [
    [
      'is of a container',
      line({}),
      { type: 'container', action: 'start', id: container, name: 'web', timeNano: '1795237370666794501' },
    ],
    [
      'is of a network and a container on it',
      line({
        Type: 'network',
        Action: 'connect',
        Actor: { ID: network, Attributes: { container, name: 'shop', type: 'bridge' } },
      }),
      {
        type: 'network',
        action: 'connect',
        id: network,
        name: 'shop',
        container,
        timeNano: '1795237370666794501',
      },
    ],
    [
      'may be of an engine before API 1.52',
      line({ status: 'stop', id: 'x', from: 'y' }),
      { type: 'container', action: 'start', id: container, name: 'web', timeNano: '1795237370666794501' },
    ],
    [
      'has no health in its action',
      line({ Action: 'health_status: healthy' }),
      {
        type: 'container',
        action: 'health_status',
        id: container,
        name: 'web',
        timeNano: '1795237370666794501',
      },
    ],
    [
      'has no command in its action',
      line({ Action: 'exec_create: sh -c \u001b[31mecho: x' }),
      {
        type: 'container',
        action: 'exec_create',
        id: container,
        name: 'web',
        timeNano: '1795237370666794501',
      },
    ],
    [
      'does not take labels for what the engine says',
      line({
        Actor: {
          ID: container,
          Attributes: { name: 'web', container: network, timeNano: '7', '"timeNano":7,': '"timeNano":8,' },
        },
      }),
      { type: 'container', action: 'start', id: container, name: 'web', timeNano: '1795237370666794501' },
    ],
    [
      'has its seconds, where it has nothing finer',
      line({ timeNano: undefined }, 'null'),
      { type: 'container', action: 'start', id: container, name: 'web', timeNano: '1795237370000000000' },
    ],
    [
      'may name nobody',
      line({ Type: 'daemon', Action: 'reload', Actor: undefined }),
      { type: 'daemon', action: 'reload', id: '', timeNano: '1795237370666794501' },
    ],
    [
      'names nobody with what is no ID',
      line({ Actor: { ID: '../x', Attributes: null } }),
      { type: 'container', action: 'start', id: '', timeNano: '1795237370666794501' },
    ],
    [
      'is of a network in the words of Podman',
      line({
        Type: 'network',
        Action: 'remove',
        Actor: { ID: network, Attributes: { driver: 'bridge', name: '', network: 'shop', podId: '' } },
      }),
      { type: 'network', action: 'destroy', id: network, name: 'shop', timeNano: '1795237370666794501' },
    ],
    [
      'is of a connect in the words of Podman, whose actor is the container',
      line({
        Type: 'network',
        Action: 'connect',
        Actor: { ID: container, Attributes: { name: 'web', network: 'shop', podId: '' } },
      }),
      {
        type: 'network',
        action: 'connect',
        id: '',
        name: 'shop',
        container,
        timeNano: '1795237370666794501',
      },
    ],
    [
      'is of a container that Podman has removed',
      line({ Action: 'remove' }),
      { type: 'container', action: 'destroy', id: container, name: 'web', timeNano: '1795237370666794501' },
    ],
  ];
  for (const [title, text, event] of cases) {
    it(title, () => expect(readEvent(text)).to.deep.equal(event));
  }

  const senseless = ['', '{', 'null', '[]', '7', '<html>', '{}', line({ Type: 1 }), line({ Action: null })];
  for (const text of senseless) {
    it(`makes no sense: ${text.slice(0, 40) || 'nothing'}`, () => {
      expect(() => readEvent(text))
        .to.throw(EngineError, 'makes no sense')
        .with.property('failure', 'malformed');
    });
  }
});

describe('lines', () => {
  const split = (splitter: LineSplitter, chunks: readonly Buffer[]): (string | undefined)[] =>
    chunks.flatMap(chunk => [...splitter.split(chunk)]);

  it('are the same wherever the chunks end', () => {
    const anyLines = fc.array(fc.string({ unit: 'grapheme' }).filter(text => !text.includes('\n')));
    fc.assert(
      fc.property(anyLines, fc.array(fc.nat(200)), (lines, ends) => {
        const bytes = Buffer.from(lines.map(text => `${text}\n`).join(''));
        const cuts = [0, ...ends.filter(end => end < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = cuts.map((cut, i) => bytes.subarray(cut, cuts[i + 1]));
        expect(split(new LineSplitter(), chunks)).to.deep.equal(lines);
      }),
    );
  });

  it('are passed over when they are too long, and the next is read', () => {
    const splitter = new LineSplitter({ longest: 4, hopeless: 100 });
    const chunks = ['abcd\nab', 'cde\nabc', 'd', 'e', 'f\n\nx', 'yz\n'].map(text => Buffer.from(text));
    expect(split(splitter, chunks)).to.deep.equal(['abcd', undefined, undefined, '', 'xyz']);
  });

  it('have an end some time', () => {
    const splitter = new LineSplitter({ longest: 4, hopeless: 1024 * 1024 });
    const chunk = Buffer.alloc(64 * 1024, 'x');
    expect(() =>
      split(
        splitter,
        Array.from({ length: 17 }, () => chunk),
      ),
    )
      .to.throw(EngineError, 'a line is longer than 1 MB')
      .with.property('failure', 'malformed');
  });
});
