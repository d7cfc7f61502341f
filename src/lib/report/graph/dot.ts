import { type DrawnContainer, type DrawnEdge, drawing } from './drawing.js';
import type { Graph } from './graph.js';

/**
 * Text in a quoted string of DOT. A backslash begins an escape there (`\N` is the node's name), and `&` an entity of
 * HTML; newlines come from us alone.
 */
function quoted(lines: readonly string[]): string {
  const text = lines.map(line =>
    line.replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"'),
  );
  return `"${text.join('\\n')}"`;
}

const nodeLooks: Readonly<Record<DrawnContainer['look'], string>> = {
  proxy: 'shape=box, peripheries=2',
  running: 'shape=box',
  stopped: 'shape=box, style=dotted, fontcolor="#666666"',
};

const edgeLooks: Readonly<Record<DrawnEdge['look'], string>> = {
  member: '',
  gateway: 'penwidth=2',
  placed: 'style=dashed',
  shares: 'style=dotted, dir=forward',
};

function attributes(...parts: readonly string[]): string {
  const given = parts.filter(part => part !== '');
  return given.length === 0 ? '' : ` [${given.join(', ')}]`;
}

function node({ id, lines, look }: DrawnContainer): string {
  return `${id}${attributes(nodeLooks[look], `label=${quoted(lines)}`)};`;
}

/** The graph in the language of Graphviz. */
export function dotLines(graph: Graph): string[] {
  const { networks, containers, frames, edges } = drawing(graph);
  return [
    'graph fairlead {',
    '  graph [rankdir=LR, fontname="sans-serif"];',
    '  node [fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...networks.map(
      ({ id, lines }) =>
        `  ${id}${attributes('shape=box, style="rounded,filled", fillcolor="#dbeafe"', `label=${quoted(lines)}`)};`,
    ),
    ...containers.map(container => `  ${node(container)}`),
    ...frames.flatMap(frame => [
      `  subgraph cluster_${frame.id} {`,
      `    label=${quoted([frame.title])};`,
      ...frame.containers.map(container => `    ${node(container)}`),
      '  }',
    ]),
    ...edges.map(({ from, to, label, look }) => {
      const text = label === '' ? '' : `label=${quoted([label])}`;
      return `  ${from} -- ${to}${attributes(edgeLooks[look], text)};`;
    }),
    '}',
  ];
}
