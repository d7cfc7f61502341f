import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { dotLines } from '../../../src/lib/report/graph/dot.js';
import { graphJson } from '../../../src/lib/report/graph/json.js';
import { mermaidLines } from '../../../src/lib/report/graph/mermaid.js';
import { treeLines } from '../../../src/lib/report/graph/tree.js';
import { buildGraph } from '../../../src/lib/report/graph/build.js';
import { readDot } from './dot-reader.js';
import { everything, everythingGraph } from './scene.js';

function golden(name: string): Promise<string> {
  return readFile(new URL(`golden/${name}`, import.meta.url), 'utf8');
}

const graph = everythingGraph();

describe('a graph of one of everything', () => {
  it('is a tree on a terminal', async () => {
    expect(`${treeLines(graph, { columns: 80, unicode: true }).join('\n')}\n`).to.equal(
      await golden('tree.txt'),
    );
  });

  it('is a tree on a narrow terminal that has nothing but ASCII', async () => {
    expect(`${treeLines(graph, { columns: 40, unicode: false }).join('\n')}\n`).to.equal(
      await golden('tree-ascii-40.txt'),
    );
  });

  it('is a flowchart of Mermaid', async () => {
    expect(`${mermaidLines(graph).join('\n')}\n`).to.equal(await golden('graph.mmd'));
  });

  it('is DOT', async () => {
    const text = `${dotLines(graph).join('\n')}\n`;
    expect(text).to.equal(await golden('graph.dot'));
    const { labels, edges } = readDot(text);
    // Networks, containers, and a title for each frame is no node.
    expect(labels.size).to.equal(graph.networks.length + graph.containers.length);
    expect(edges).to.have.length(graph.edges.length);
  });

  it('is JSON', async () => {
    expect(JSON.parse(JSON.stringify(graphJson(graph)))).to.deep.equal(
      JSON.parse(await golden('graph.json')),
    );
  });

  it('is the same whatever order the engine lists things in', () => {
    const world = everything();
    const turned = {
      ...world,
      networks: world.networks.toReversed().map(network => ({
        ...network,
        ipam: { ...network.ipam, pools: network.ipam.pools.toReversed() },
      })),
      containers: world.containers.toReversed().map(container => ({
        ...container,
        endpoints: container.endpoints.toReversed(),
        ports: container.ports.toReversed(),
      })),
    };
    expect(buildGraph(turned, { isProxy: ({ name }) => name === 'http-proxy' })).to.deep.equal(graph);
  });
});
