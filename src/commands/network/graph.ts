import { Args, Flags } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import type { GlobalFlags } from '../../cli/flags/global-flags.js';
import { formatOf, graphFormats, treeSettings } from '../../cli/graph-format.js';
import { isDeclaredProxy } from '../../lib/proxies/inspection.js';
import { proxyDeclarations } from '../../lib/proxies/declaration.js';
import { observe } from '../../lib/reconcile/observe/observe.js';
import { buildGraph, inspectionForGraph } from '../../lib/report/graph/build.js';
import type { Graph } from '../../lib/report/graph/graph.js';
import { graphJson } from '../../lib/report/graph/json.js';

export default class NetworkGraph extends BaseCommand {
  static override summary = 'Show who is on which network, as a tree or for drawing.';
  static override description =
    'Networks with their members, published ports, proxies, and what Fairlead connected. Changes nothing.';
  static override examples = [
    '<%= config.bin %> network graph',
    {
      command: '<%= config.bin %> network graph shared edge --format mermaid',
      description: 'Two networks, for a Markdown page',
    },
    {
      command: '<%= config.bin %> network graph --format dot | dot -Tsvg > networks.svg',
      description: 'A picture, by Graphviz',
    },
  ];
  static override strict = false;
  static override args = { network: Args.string({ description: 'Networks to show; all if none.' }) };
  static override flags = {
    format: Flags.option({
      options: graphFormats,
      default: 'tree',
      summary: 'How to show it; json is the same as --json.',
    })(),
  };

  override jsonEnabled(): boolean {
    return super.jsonEnabled() || formatOf(this.argv) === 'json';
  }

  async run(): Promise<JsonDocument> {
    const { argv, flags } = await this.parse(NetworkGraph);
    const names = [...new Set(argv.map(String))];
    const { world, isProxy } = await this.withEngine(flags, async ({ engine, config, interruption }) => ({
      world: await observe(engine, inspectionForGraph(names), interruption.signal),
      isProxy: isDeclaredProxy(proxyDeclarations(config)),
    }));
    const graph = buildGraph(world, { names, isProxy });
    if (!this.jsonEnabled()) this.print(await this.#lines(graph, flags), flags);
    return { exitCode: 0, engine: world.engine, ...graphJson(graph) };
  }

  async #lines(graph: Graph, flags: GlobalFlags & { readonly format: string }): Promise<string[]> {
    switch (flags.format) {
      case 'mermaid':
        return (await import('../../lib/report/graph/mermaid.js')).mermaidLines(graph);
      case 'dot':
        return (await import('../../lib/report/graph/dot.js')).dotLines(graph);
      default: {
        const { treeLines } = await import('../../lib/report/graph/tree.js');
        return treeLines(graph, await treeSettings(flags));
      }
    }
  }
}
