import { type DrawnContainer, type DrawnEdge, drawing } from './drawing.js';
import type { Graph } from './graph.js';

/**
 * Whatever means something to Mermaid, HTML or, some versions read it in any label, Markdown: lists (`1. x`, `- x`)
 * and stress (`_x_`). So does `:`: a label that reads like a style statement would lose its last `;`.
 */
const meaningful = /^-|\.(?= )|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|[^\p{L}\p{M}\p{N} _.,/()→'-]/gu;

/** Text in a quoted string of Mermaid, where a sign can be written by its number. */
function quoted(lines: readonly string[]): string {
  const text = lines.map(line => line.replace(meaningful, sign => `#${String(sign.codePointAt(0))};`));
  return `"${text.join('<br/>')}"`;
}

const edgeLooks: Readonly<Record<DrawnEdge['look'], string>> = {
  member: '---',
  gateway: '===',
  placed: '-.-',
  shares: '-.->',
};

function node({ id, lines, look }: DrawnContainer): string {
  return look === 'running' ? `${id}[${quoted(lines)}]` : `${id}[${quoted(lines)}]:::${look}`;
}

/** The graph as a flowchart of Mermaid, as it is drawn in Markdown on GitHub and GitLab. */
export function mermaidLines(graph: Graph): string[] {
  const { networks, containers, frames, edges } = drawing(graph);
  return [
    'flowchart LR',
    ...networks.map(({ id, lines }) => `  ${id}([${quoted(lines)}]):::network`),
    ...containers.map(container => `  ${node(container)}`),
    ...frames.flatMap(frame => [
      `  subgraph ${frame.id}Mode [${quoted([frame.title])}]`,
      ...frame.containers.map(container => `    ${node(container)}`),
      '  end',
    ]),
    ...edges.map(({ from, to, label, look }) => {
      const text = label === '' ? '' : `|${quoted([label])}|`;
      return `  ${from} ${edgeLooks[look]}${text} ${to}`;
    }),
    '  classDef network fill:#dbeafe,stroke:#3b82f6,color:#111111',
    '  classDef proxy stroke-width:3px',
    '  classDef stopped stroke-dasharray:4 3',
  ];
}
