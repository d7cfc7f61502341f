import stringWidth from 'fast-string-width';
import { escapeText } from '../../model/escape.js';
import { type Palette, plain } from '../palette.js';
import { fit } from './fit.js';
import type { Graph, GraphContainer, MemberEdge } from './graph.js';
import {
  apartModes,
  apartTitles,
  containerFacts,
  memberFacts,
  networkFacts,
  portFacts,
  staleFacts,
} from './words.js';

export interface TreeOptions {
  /** Lines are no longer than this. */
  readonly columns: number;
  /** Whether the reader's locale has more than ASCII. */
  readonly unicode: boolean;
  readonly palette?: Palette;
}

const glyphs = {
  unicode: { branch: '├─ ', last: '└─ ', arrow: '→', ellipsis: '…' },
  ascii: { branch: '|- ', last: '`- ', arrow: '->', ellipsis: '...' },
};

/** A line of the tree: what it is, and what there is to say of it. */
interface Item {
  readonly name: string;
  readonly facts: readonly string[];
}

interface Branch extends Item {
  readonly items: readonly Item[];
}

function memberItem(container: GraphContainer, edge: MemberEdge, arrow: string): Item {
  const ports = container.portsOn === edge.network ? portFacts(container, arrow) : [];
  const facts = [...containerFacts(container), ...memberFacts(container, edge), ...ports];
  return { name: container.name, facts: [...facts, ...staleFacts(container)] };
}

function networkBranches({ networks, containers, edges }: Graph, arrow: string): Branch[] {
  const byId = new Map(containers.map(container => [container.id, container]));
  return networks.map(network => {
    const items = edges.flatMap(edge => {
      const container = edge.kind === 'member' && edge.network === network.id && byId.get(edge.container);
      return container ? [memberItem(container, edge, arrow)] : [];
    });
    const empty = items.length === 0 && !network.configOnly ? ['nothing on it'] : [];
    return { name: network.name, facts: [...networkFacts(network), ...empty], items };
  });
}

function apartBranches({ containers }: Graph): Branch[] {
  return apartModes.flatMap(mode => {
    const items = containers
      .filter(container => container.mode === mode)
      .map(container => ({
        name: container.name,
        facts: [
          ...(container.of === undefined ? [] : [`that of ${container.of}`]),
          ...containerFacts(container),
        ],
      }));
    return items.length === 0 ? [] : [{ name: apartTitles[mode], facts: [], items }];
  });
}

/** Containers that would have a network of their own, were it not gone. */
function adriftBranches({ containers, edges }: Graph): Branch[] {
  const members = new Set(edges.map(edge => edge.container));
  const items = containers
    .filter(({ id, mode }) => mode === 'network' && !members.has(id))
    .map(container => ({
      name: container.name,
      facts: [...containerFacts(container), ...staleFacts(container)],
    }));
  return items.length === 0 ? [] : [{ name: 'On no network any more', facts: [], items }];
}

/** The graph as a tree: networks, and below each who is on it. */
export function treeLines(graph: Graph, { columns, unicode, palette = plain }: TreeOptions): string[] {
  const { branch, last, arrow, ellipsis } = unicode ? glyphs.unicode : glyphs.ascii;
  const line = (lead: string, { name, facts }: Item, paint: (text: string) => string): string => {
    const shown = fit(escapeText(name), columns - stringWidth(lead), ellipsis);
    const room = columns - stringWidth(lead) - stringWidth(shown) - 2;
    const said = facts.length === 0 ? '' : fit(escapeText(facts.join(', ')), room, ellipsis);
    return palette.faint(lead) + paint(shown) + (said === '' ? '' : `  ${palette.faint(said)}`);
  };
  const lines = ({ items, ...head }: Branch): string[] => [
    line('', head, palette.strong),
    ...items.map((item, i) => line(i === items.length - 1 ? last : branch, item, text => text)),
  ];
  const apart = [...adriftBranches(graph), ...apartBranches(graph)];
  return [
    ...networkBranches(graph, arrow).flatMap(lines),
    ...apart.flatMap((entry, i) => (i === 0 && graph.networks.length === 0 ? [] : ['']).concat(lines(entry))),
  ];
}
