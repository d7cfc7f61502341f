import { expect } from 'chai';
import { problemJson } from '../../src/lib/config/problem-json.js';
import { problemLines } from '../../src/lib/config/problem-text.js';
import type { Format } from '../../src/lib/config/source/parse-text.js';
import { examineText } from './config-text.js';

async function told(text: string, format: Format = 'yaml'): Promise<string[]> {
  const { problems } = await examineText(text, format);
  return problems.flatMap(problemLines).map(line => line.replace(/^c:/, '').replace(/; allowed: [^;]*/, ''));
}

/** What those write who know Compose files, and all that is said of it. */
const habits: readonly [what: string, text: string, ...told: string[]][] = [
  [
    'networks as a list of names',
    'networks:\n  - backend\n  - frontend',
    '1:1: error: networks is a list, where a map is wanted, such as',
    '    networks:',
    '      backend: {}',
  ],
  [
    'a list of networks that rules refer to: the rules have no mistake of their own',
    'networks: [backend]\nattachments: [{ select: { names: [web] }, networks: [backend] }]',
    '1:1: error: networks is a list, where a map is wanted, such as',
    '    networks:',
    '      backend: {}',
  ],
  [
    'the name of an external network in place of true',
    'networks: { traefik: { external: edge } }',
    '1:34: error: the text "edge" stands where true or false is wanted; did you mean true, with name: "edge" beside it?',
  ],
  [
    'the name of an external network below external',
    'networks: { traefik: { external: { name: traefik } } }',
    '1:24: error: networks.traefik.external is a map, where true or false is wanted; did you mean true?',
  ],
  [
    'a subnet without the list of pools',
    'networks: { a: { ipam: { config: { subnet: 10.2.0.0/24 } } } }',
    '1:26: error: networks.a.ipam.config is a map, where a list is wanted, such as',
    '    config:',
    '      - { subnet: 10.2.0.0/24 }',
  ],
  [
    'a subnet below ipam',
    'networks: { a: { ipam: { subnet: 10.2.0.0/24 } } }',
    '1:26: error: unknown key "subnet" in networks.a.ipam; did you mean config: [{ subnet: … }]?',
  ],
  [
    'a subnet of the network itself',
    'apps: { shop: { networks: { a: { subnet: 10.2.0.0/24 } }, services: { s: { networks: [a] } } } }',
    '1:34: error: unknown key "subnet" in apps.shop.networks.a; did you mean ipam: { config: [{ subnet: … }] }?',
  ],
  [
    'labels of a selector as a map',
    'networks: { a: }\nattachments: [{ select: { labels: { app: web } }, networks: [a] }]',
    '2:27: error: attachments[0].select.labels is a map, where a list is wanted, such as',
    '    labels:',
    '      - app=web',
  ],
  [
    'one label as text',
    'networks: { a: }\nattachments: [{ select: { labels: app=web }, networks: [a] }]',
    '2:35: error: the text "app=web" stands where a list is wanted; did you mean ["app=web"]?',
  ],
  [
    'options as a list of pairs',
    'networks: { a: { driver_opts: [mtu=1400] } }',
    '1:18: error: networks.a.driver_opts is a list, where a map is wanted, such as',
    '    driver_opts:',
    '      mtu: "1400"',
  ],
  [
    'services as a list',
    'apps: { shop: { services: [api] } }',
    '1:17: error: apps.shop.services is a list, where a map is wanted, such as',
    '    services:',
    '      api: { networks: [backend] }',
  ],
  [
    'a proxy by its name alone',
    'proxies: [edge]',
    '1:11: error: the text "edge" stands where a map is wanted, such as',
    '    proxies:',
    '      - { container: edge }',
  ],
  [
    'proxies without a list',
    'proxies: { container: edge }',
    '1:1: error: proxies is a map, where a list is wanted, such as',
    '    proxies:',
    '      - { container: edge }',
  ],
  [
    'several containers of one proxy',
    'proxies: [{ container: [a, b] }]',
    '1:13: error: proxies[0].container is a list, where text is wanted',
  ],
  [
    'a target by its name alone',
    'warp: { routes: [{ target: worker, via: vpn }] }',
    '1:28: error: the text "worker" stands where a map is wanted, such as',
    '    target:',
    '      names: [worker]',
  ],
  [
    'a route without via',
    'warp: { routes: [{ target: { names: [worker] } }] }',
    `1:18: error: "via" is missing in warp.routes[0]: the warp container's name`,
  ],
  [
    'a route without a target',
    'warp: { routes: [{ via: vpn }] }',
    '1:18: error: "target" is missing in warp.routes[0]: the containers whose traffic is routed, such as',
    '    target:',
    '      names: [web]',
  ],
  [
    'a selector with another key, which is the one mistake in it',
    'proxies: [{ select: { container: edge } }]',
    '1:23: error: unknown key "container" in proxies[0].select; did you mean names?',
  ],
  ['an empty selector', 'proxies: [{ select: {} }]', '1:13: error: an empty selector selects no container'],
  [
    'nothing after select',
    'proxies: [{ select: }]',
    '1:13: error: proxies[0].select is empty, where a map is wanted, such as',
    '    select:',
    '      names: [web]',
  ],
  [
    'a port as an address',
    'watch: { metrics: 9324 }',
    '1:19: error: the number 9324 is no address to listen at; write ":9324", "127.0.0.1:9324" or "unix:/PATH"; did you mean ":9324"?',
  ],
  [
    'a port as a rule',
    'warp: { routing_rules: [443] }',
    '1:25: error: the number 443 is no routing rule; did you mean "0.0.0.0/0 tcp 443"?',
  ],
  [
    'ports as a list',
    'warp: { routing_rules: [{ to: 10.0.0.0/8, protocol: tcp, ports: [80, 443] }] }',
    '1:58: error: warp.routing_rules[0].ports is a list, where a number or text is wanted; did you mean "80,443"?',
  ],
  [
    'a duration in words',
    'watch: { resync: 10 min }',
    '1:18: error: the text "10 min" is no duration; write 500ms, 30s, 5m, 1h or 0; did you mean "10m"?',
  ],
  ['tabs', 'networks:\n\tbackend: {}', '2:1: error: a tab indents this line, where YAML wants spaces'],
];

describe('a mistake of those who know Compose', () => {
  for (const [what, text, ...lines] of habits) {
    it(`says what is wanted: ${what}`, async () => {
      expect(await told(text)).to.deep.equal(lines);
    });
  }

  it('is shown in the format of the file', async () => {
    expect((await told('networks = ["backend"]', 'toml'))[1]).to.equal('    networks = { backend = {} }');
    expect((await told('{ "networks": ["backend"] }', 'json'))[1]).to.equal(
      '    "networks": { "backend": {} }',
    );
  });

  it('has what is shown in the JSON document, too', async () => {
    const { problems } = await examineText('networks: [backend]');
    expect(problems.map(problemJson)[0]).to.include({
      path: 'networks',
      example: 'networks:\n  backend: {}',
    });
  });

  it('shows no more of a file than a name, and nothing that reaches the terminal', async () => {
    expect(await told(`networks: ["${'a'.repeat(100)}"]`)).to.include('      backend: {}');
    expect((await told('networks: ["\\e[2J"]')).join('')).to.not.include('\u001b');
  });

  it('shows what has no mistake itself', async () => {
    for (const [, text] of habits) {
      const { problems } = await examineText(text);
      for (const { path, example } of problems) {
        if (!example || path.length !== 1) continue;
        const again = await examineText(example.join('\n'));
        expect(again.problems.filter(({ message }) => message.includes('wanted'))).to.deep.equal([]);
      }
    }
  });
});
