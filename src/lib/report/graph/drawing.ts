import { escapeText } from '../../model/escape.js';
import type { Graph, GraphContainer, GraphEdge, GraphNetwork } from './graph.js';
import {
  apartModes,
  apartTitles,
  containerFacts,
  memberFacts,
  networkFacts,
  portFacts,
  staleFacts,
} from './words.js';

/** What a format for drawings draws: short IDs of its own, and texts without control characters. */
export interface Drawing {
  readonly networks: readonly { readonly id: string; readonly lines: readonly string[] }[];
  readonly containers: readonly DrawnContainer[];
  /** Containers that have no network of their own, drawn in a frame. */
  readonly frames: readonly {
    readonly id: string;
    readonly title: string;
    readonly containers: readonly DrawnContainer[];
  }[];
  readonly edges: readonly DrawnEdge[];
}

export interface DrawnContainer {
  readonly id: string;
  readonly lines: readonly string[];
  readonly look: 'proxy' | 'running' | 'stopped';
}

export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** `placed` is Fairlead's own, `gateway` carries the default route. */
  readonly look: 'member' | 'gateway' | 'placed' | 'shares';
}

function lookOf({ state, proxy }: GraphContainer): DrawnContainer['look'] {
  if (state !== 'running' && state !== 'paused') return 'stopped';
  return proxy ? 'proxy' : 'running';
}

function drawnNetwork(network: GraphNetwork, id: string): Drawing['networks'][number] {
  return { id, lines: [network.name, ...networkFacts(network)].map(escapeText) };
}

function drawnContainer(container: GraphContainer, id: string): DrawnContainer {
  const facts = [containerFacts(container).join(', '), ...portFacts(container), ...staleFacts(container)];
  const lines = [container.name, ...facts.filter(fact => fact !== '')];
  return { id, lines: lines.map(escapeText), look: lookOf(container) };
}

function drawnEdge(edge: GraphEdge, containers: ReadonlyMap<string, GraphContainer>) {
  if (edge.kind === 'shares') return { label: 'in its network', look: 'shares' as const };
  const container = containers.get(edge.container);
  const label = container ? escapeText(memberFacts(container, edge).join(', ')) : '';
  if (edge.placedBy) return { label, look: 'placed' as const };
  return { label, look: edge.gateway ? ('gateway' as const) : ('member' as const) };
}

/** What all formats for drawings have in common. */
export function drawing({ networks, containers, edges }: Graph): Drawing {
  const ids = new Map<string, string>([
    ...networks.map(({ id }, i): [string, string] => [id, `n${String(i)}`]),
    ...containers.map(({ id }, i): [string, string] => [id, `c${String(i)}`]),
  ]);
  const idOf = (id: string): string => ids.get(id) ?? '';
  const byId = new Map(containers.map(container => [container.id, container]));
  const drawn = (mode: GraphContainer['mode']): DrawnContainer[] =>
    containers
      .filter(container => container.mode === mode)
      .map(container => drawnContainer(container, idOf(container.id)));
  return {
    networks: networks.map(network => drawnNetwork(network, idOf(network.id))),
    containers: drawn('network'),
    frames: apartModes
      .map(mode => ({ id: mode, title: apartTitles[mode], containers: drawn(mode) }))
      .filter(frame => frame.containers.length > 0),
    edges: edges.map(edge => ({
      from: idOf(edge.container),
      to: idOf(edge.kind === 'member' ? edge.network : edge.of),
      ...drawnEdge(edge, byId),
    })),
  };
}
