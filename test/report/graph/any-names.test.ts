import { expect } from 'chai';
import fc from 'fast-check';
import stringWidth from 'fast-string-width';
import { escapeText } from '../../../src/lib/model/escape.js';
import { buildGraph } from '../../../src/lib/report/graph/build.js';
import { dotLines } from '../../../src/lib/report/graph/dot.js';
import type { Graph } from '../../../src/lib/report/graph/graph.js';
import { mermaidLines } from '../../../src/lib/report/graph/mermaid.js';
import { treeLines } from '../../../src/lib/report/graph/tree.js';
import { container, network, world } from '../../support/world.js';
import { readDot } from './dot-reader.js';

const nasty = [
  '"',
  '\\',
  '\\N',
  '`x`',
  '[a]',
  '{a}',
  'a\nb',
  '\u001b[31m',
  '</script>',
  '&lt;',
  '#34;',
  '%%{init: {}}%%',
  'end',
  '1. x',
  '- x',
  '_x_',
  'style:x;',
  '日本語',
  '\u202e',
];
const name = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.string({ unit: 'binary', minLength: 1 }),
);

const graphs = fc
  .record({
    networks: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
    containers: fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
    alias: name,
    owner: name,
    mode: fc.constantFrom('network', 'host', 'none', 'container'),
  })
  .map(({ networks, containers, alias, owner, mode }): Graph => {
    const [first = ''] = networks;
    const seen = world(
      networks.map(text => network(text, { labels: { 'com.docker.compose.project': owner } })),
      containers.map((text, i) =>
        container(text, {
          id: String(i).repeat(64),
          on: networks,
          settings: { [first]: { aliases: [alias] } },
          ...(i === 1 && mode === 'container' && { networkMode: { kind: mode, of: containers[0] ?? '' } }),
          ...(i === 1 && (mode === 'host' || mode === 'none') && { networkMode: { kind: mode } }),
        }),
      ),
    );
    return buildGraph(seen);
  });

const control = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe('a graph of any names at all', () => {
  it('is DOT that can be read, and says the names', () => {
    fc.assert(
      fc.property(graphs, graph => {
        const lines = dotLines(graph);
        for (const line of lines) expect(line).not.to.match(control);
        const { labels, edges } = readDot(lines.join('\n'));
        expect(edges).to.have.length(graph.edges.length);
        const titles = [...labels.values()].map(label => label.split('\n')[0]);
        for (const node of [...graph.networks, ...graph.containers]) {
          expect(titles).to.include(escapeText(node.name));
        }
      }),
    );
  });

  it('is Mermaid whose labels hold nothing that Mermaid would read', () => {
    const label = String.raw`"(?:[\p{L}\p{M}\p{N} _.,/()→'-]|#\d+;|<br/>)*"`;
    const statement = new RegExp(
      [
        String.raw`^ +(?:n\d+\(\[${label}\]\):::network`,
        String.raw`c\d+\[${label}\](?::::\w+)?`,
        String.raw`c\d+ (?:---|===|-\.-|-\.->)(?:\|${label}\|)? [nc]\d+`,
        String.raw`subgraph \w+Mode \[${label}\]`,
        String.raw`end|classDef \w+ [\w#:,\- ]+)$`,
      ].join('|'),
      'u',
    );
    fc.assert(
      fc.property(graphs, graph => {
        const [first, ...rest] = mermaidLines(graph);
        expect(first).to.equal('flowchart LR');
        for (const line of rest) expect(line).to.match(statement);
      }),
    );
  });

  it('is a tree that fits and moves no cursor', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 20, max: 120 }), fc.boolean(), (graph, columns, unicode) => {
        for (const line of treeLines(graph, { columns, unicode })) {
          expect(line).not.to.match(control);
          expect(stringWidth(line)).to.be.at.most(columns);
        }
      }),
    );
  });
});
