import { expect } from 'chai';
import { problemLine } from '../../../src/lib/config/problem-text.js';
import { examineText } from '../config-text.js';

/** What is found in a text, each as `line:column: severity: …`. */
async function found(text: string): Promise<string[]> {
  const { problems } = await examineText(text);
  return problems.map(problem => problemLine(problem).replace(/^c:/, ''));
}

const cases: readonly [what: string, text: string, ...expected: RegExp[]][] = [
  // networks against one another
  [
    'apps whose networks have one name',
    'apps:\n  a_b: { networks: { c: {} }, services: { s: { networks: [c] } } }\n  a: { networks: { b_c: {} }, services: { s: { networks: [b_c] } } }',
    /^3:\d+: error: this network and apps.a_b.networks.c are both named "a_b_c"/,
  ],
  [
    'a network with the name of another',
    'networks:\n  a:\n  b: { name: a }',
    /^3:3: error: .*both named "a"/,
  ],
  [
    'one bridge for two networks',
    'networks:\n  a: { driver_opts: { com.docker.network.bridge.name: br0 } }\n  b: { driver_opts: { com.docker.network.bridge.name: br0 } }',
    /^3:\d+: error: the bridge "br0" is already that of networks.a/,
  ],
  [
    'overlaps between an app and a network, in either order',
    'networks:\n  a: { ipam: { config: [{ subnet: 10.1.0.0/24 }] } }\napps:\n  x: { networks: { n: { ipam: { config: [{ subnet: 10.0.0.0/8 }] } } }, services: { s: { networks: [n] } } }',
    /^4:\d+: error: 10.0.0.0\/8 overlaps 10.1.0.0\/24 of networks.a/,
  ],
  [
    'a config from a network that is none',
    'networks:\n  a:\n  b: { config_from: a }',
    /^3:21: error: "a" is no config-only/,
  ],
  [
    'a config from a network not declared',
    'networks:\n  base: { config_only: true }\n  b: { config_from: bsae }',
    /^3:21: warning: "bsae" .*mean base/,
  ],
  [
    'a guard on a driver that is no bridge',
    'networks: { a: { driver: macvlan, egress: warp } }',
    /error: egress: warp guards bridges/,
  ],
  [
    'a setting of an external network',
    'networks: { a: { external: true, on_drift: recreate } }',
    /error: on_drift has no effect/,
  ],
  // selectors
  [
    'a selector that is empty',
    'attachments: [{ select: {}, networks: [n] }]\nnetworks: { n: }',
    /^1:17: error: an empty selector/,
  ],
  [
    'a list that is empty',
    'attachments: [{ select: { names: [] }, networks: [n] }]\nnetworks: { n: }',
    /error: an empty list of names/,
  ],
  [
    'a name that nothing has',
    'attachments: [{ select: { names: ["a b"] }, networks: [n] }]\nnetworks: { n: }',
    /error: no name can match "a b"/,
  ],
  [
    'a regular expression without its mark',
    'attachments: [{ select: { names: ["^warp-\\\\d+$"] }, networks: [n] }]\nnetworks: { n: }',
    /error: no name can match .*did you mean re:\^warp/,
  ],
  [
    'a regular expression that is none',
    'warp: { container_name_pattern: "re:(" }',
    /error: "\(" is no regular expression/,
  ],
  [
    'a regular expression that runs away',
    'warp: { container_name_pattern: "re:^(a+)+$" }',
    /warning: .*very long to match/,
  ],
  [
    'an entry without a key',
    'attachments: [{ select: { labels: ["=x"] }, networks: [n] }]\nnetworks: { n: }',
    /error: "=x" has no key/,
  ],
  [
    'a key with a space',
    'attachments: [{ select: { labels: ["a = b"] }, networks: [n] }]\nnetworks: { n: }',
    /error: .*has a space; did you mean a=b/,
  ],
  // memberships
  [
    'a network that is not declared',
    'attachments: [{ select: { names: [a] }, networks: [fronted] }]\nnetworks: { frontend: }',
    /error: the network "fronted".*did you mean frontend/,
  ],
  [
    'a network named twice',
    'attachments: [{ select: { names: [a] }, networks: [n, n] }]\nnetworks: { n: }',
    /warning: "n" is already in this list/,
  ],
  [
    'no networks',
    'attachments: [{ select: { names: [a] }, networks: [] }]',
    /warning: no networks are named/,
  ],
  [
    'an alias that is no name',
    'attachments: [{ select: { names: [a] }, networks: [n], aliases: ["a b"] }]\nnetworks: { n: }',
    /error: "a b" is no name that DNS/,
  ],
  [
    'a fixed address for many',
    'attachments: [{ select: { labels: [a] }, networks: { n: { ipv4_address: 10.0.0.5 } } }]\nnetworks: { n: { ipam: { config: [{ subnet: 10.0.0.0/24 }] } } }',
    /warning: only one container can have a fixed address/,
  ],
  [
    'a fixed address outside the subnet',
    'attachments: [{ select: { names: [a] }, networks: { n: { ipv4_address: 10.0.1.5 } } }]\nnetworks: { n: { ipam: { config: [{ subnet: 10.0.0.0/24 }] } } }',
    /error: 10.0.1.5 is in no subnet of "n"/,
  ],
  [
    'a fixed address of the wrong family',
    'attachments: [{ select: { names: [a] }, networks: { n: { ipv6_address: 10.0.0.5 } } }]\nnetworks: { n: }',
    /error: 10.0.0.5 is no IPv6 address/,
  ],
  [
    'a network no service uses',
    'apps: { a: { networks: { n: } } }',
    /warning: no service of a uses this network/,
  ],
  [
    'a proxy that an attachment would move',
    'attachments: [{ select: { names: [http-proxy] }, networks: [n] }]\nnetworks: { n: }\nproxies: [{ container: http-proxy }]',
    /warning: this also attaches the proxy http-proxy/,
  ],
  // proxies
  ['a proxy that is nobody', 'proxies: [{ leave: any }]', /error: nothing says which container is the proxy/],
  [
    'a proxy said twice over',
    'proxies: [{ container: a, select: { names: [b] } }]',
    /error: container and select both/,
  ],
  [
    'two rules for one proxy',
    'proxies: [{ container: a }, { container: a, leave: any }]',
    /error: "a" is already proxies\[0\]/,
  ],
  [
    'a custom preset without routable',
    'proxies: [{ container: a, preset: custom }]',
    /error: preset: custom needs routable/,
  ],
  [
    'a preset that routable overrules',
    'proxies: [{ container: a, preset: caddy, routable: { labels: [x] } }]',
    /warning: routable is given/,
  ],
  [
    'an empty list of allowed networks',
    'proxies: [{ container: a, networks: { allow: [] } }]',
    /warning: an empty list allows/,
  ],
  [
    'a glob that matches nothing',
    'proxies: [{ container: a, networks: { deny: ["a/b"] } }]',
    /error: no name can match "a\/b"/,
  ],
  [
    'a pin where nothing is left',
    'proxies: [{ container: a, leave: never, pinned: [n] }]',
    /warning: with leave: never/,
  ],
  // warps
  [
    'a warp that routes itself',
    'warp: { routes: [{ target: { names: [vpn] }, via: vpn }] }',
    /error: vpn would be routed through itself/,
  ],
  [
    'a pattern that catches the warp',
    'warp: { routes: [{ target: { names: ["*"] }, via: vpn }] }',
    /error: vpn would be routed through itself/,
  ],
  [
    'a circle of three',
    'warp:\n  routes:\n    - { target: { names: [a] }, via: b }\n    - { target: { names: [b] }, via: c }\n    - { target: { names: [c] }, via: a }',
    /^5:\d+: error: these routes go in a circle: /,
  ],
  [
    'the same traffic through two warps',
    'warp:\n  routes:\n    - { target: { names: [a, b] }, via: vpn, rules: ["10.0.0.0/8 tcp 80,443"] }\n    - { target: { names: ["b*"] }, via: tor, rules: ["10.0.0.0/8 tcp 443"] }',
    /^4:\d+: error: 10\.0\.0\.0\/8 tcp 443 of b goes through vpn already \(warp\.routes\[0\]\)$/,
  ],
  [
    'everything through two warps, for whoever has a label',
    'warp: { routes: [{ target: { labels: [x] }, via: vpn }, { target: { labels: [x] }, via: tor }] }',
    /error: 0\.0\.0\.0\/0 of the same targets goes through vpn already \(warp\.routes\[0\]\)$/,
  ],
  [
    'one warp on two networks',
    'networks: { m: {}, n: {} }\nwarp: { routes: [{ target: { names: [a] }, via: vpn, network: m, rules: [10.0.0.0/8] }, { target: { names: [a] }, via: vpn, network: n, rules: [10.1.0.0/16] }] }',
    /error: warp\.routes\[0\] reaches vpn for a on m, and one warp is reached on one network$/,
  ],
  [
    'a pattern as warp',
    'warp: { routes: [{ target: { names: [a] }, via: "vpn-*" }] }',
    /error: "vpn-\*" is no container name/,
  ],
  [
    'ports of ICMP',
    'warp: { routing_rules: ["10.0.0.0/8 icmp 8"] }',
    /error: .*has ports, which ICMP has not/,
  ],
  [
    'host bits in a rule',
    'warp: { routing_rules: [{ to: 10.0.0.1/8 }] }',
    /error: .*host bits.*did you mean 10.0.0.0\/8/,
  ],
  ['an empty list of rules', 'warp: { routing_rules: [] }', /warning: an empty list of rules/],
  ['a bypass of everything', 'warp: { bypass: [0.0.0.0/0] }', /warning: .*nothing is routed any more/],
  [
    'a rule for the own subnet',
    'networks: { v: { ipam: { config: [{ subnet: 10.9.0.0/24 }] } } }\nwarp: { routes: [{ target: { names: [a] }, via: w, network: v, rules: [10.9.0.0/24] }] }',
    /^2:\d+: error: 10.9.0.0\/24 is inside 10.9.0.0\/24/,
  ],
  [
    'a route over an internal network',
    'networks: { v: { internal: true } }\nwarp: { routes: [{ target: { names: [a] }, via: w, network: v }] }',
    /warning: "v" is internal/,
  ],
  [
    'a route over a network without communication',
    'networks: { v: { driver_opts: { com.docker.network.bridge.enable_icc: "false" } } }\nwarp: { routes: [{ target: { names: [a] }, via: w, network: v }] }',
    /warning: "v" has enable_icc off/,
  ],
  [
    'a route over a network not declared',
    'networks: { vpn-net: }\nwarp: { routes: [{ target: { names: [a] }, via: w, network: vpn-nte }] }',
    /warning: .*did you mean vpn-net/,
  ],
  [
    'two labels that are one',
    'warp: { target_label: x, network_label: x }',
    /error: target_label and network_label/,
  ],
  // the engine, retries, the daemon
  ['host and context', 'docker: { host: "unix:///x", context: y }', /error: host and context both/],
  ['a certificate without key', 'docker: { tls: { cert: /c } }', /error: cert is given without key/],
  ['TLS on a socket', 'docker: { host: "unix:///x", tls: { ca: /c } }', /warning: unix:\/\/ uses no TLS/],
  ['delays the wrong way round', 'retry: { delay: 1m, max_delay: 1s }', /error: delay 1m is longer/],
  ['a port that is none', 'watch: { metrics: ":70000" }', /error: 70000 is no port/],
  [
    'a socket without a path',
    'watch: { metrics: "unix:metrics" }',
    /error: .*is no address to listen at; write/,
  ],
  ['a resync without rest', 'watch: { resync: 1ms }', /warning: .*all the time/],
  // shapes
  [
    'a duration without its unit',
    'watch: { resync: 5 }',
    /the number 5 is no duration; write 500ms, 30s, 5m, 1h or 0; did you mean "5s"\?$/,
  ],
  ['a version that was taken for a number', 'docker: { api_version: 1.48 }', /did you mean "1\.48"\?$/],
  ['a duration that is none', 'watch: { resync: 5 minutes }', /error: .*is no duration; write 500ms/],
  [
    'a list where a map is wanted',
    'networks: [a]',
    /^1:1: error: networks is a list, where a map is wanted, such as$/,
  ],
  ['a file that is no map', '- a', /error: a list stands where a map is wanted/],
  ['a missing key', 'attachments: [{ select: { names: [a] } }]', /error: "networks" is missing/],
  [
    'an old name for a key',
    'target_container_label: x',
    /error: unknown key .*did you mean warp.target_label/,
  ],
  [
    'an old name in a rule',
    'warp: { routing_rules: [{ to: 10.0.0.0/8, port_range: 80 }] }',
    /error: unknown key "port_range".*did you mean ports/,
  ],
  [
    'a number too large',
    'retry: { attempts: 1000 }',
    /error: the number 1000 is too large; allowed: at most 100/,
  ],
  ['nothing after a key', 'fail_fast:', /^1:1: error: fail_fast is empty, where true or false is wanted/],
  [
    'a key that is not there but nearly',
    'netwroks: {}',
    /error: unknown key "netwroks".*did you mean networks/,
  ],
];

describe('what is found in a config', () => {
  for (const text of ['', '# nothing yet\n', '\n\n   # still nothing']) {
    it(`finds that nothing is in ${JSON.stringify(text)}, as in a file that was cut off`, async () => {
      expect((await found(text))[0]).to.match(/1:1: error: the config is empty/);
    });
  }

  for (const [what, text, ...expected] of cases) {
    it(`finds ${what}`, async () => {
      const lines = await found(text);
      expect(lines).to.have.length(expected.length);
      for (const [index, pattern] of expected.entries()) expect(lines[index]).to.match(pattern);
    });
  }

  const right: readonly [what: string, text: string][] = [
    ['nothing declared, where that is said', 'networks: {}'],
    ['keys of its own that begin with x-', 'x-a: 1\nnetworks: { n: { x-b: [1] } }'],
    [
      'an external network by another name',
      'networks: { p: { external: true, name: traefik_proxy, egress: warp } }',
    ],
    [
      'a service on a network of the file',
      'networks: { shared: }\napps: { a: { services: { s: { networks: [shared] } } } }',
    ],
    [
      'a chain of warps',
      'warp: { routes: [{ target: { names: [app] }, via: vpn1 }, { target: { names: [vpn1] }, via: vpn2 }] }',
    ],
    [
      'a target with two warps, each for what the other is not for',
      'warp: { routes: [{ target: { names: [a] }, via: vpn }, { target: { names: [a] }, via: tor, rules: [10.0.0.0/8] }] }',
    ],
    [
      'a route by label to a warp that a pattern would match',
      'warp: { routes: [{ target: { names: ["*"], labels: [x] }, via: vpn }] }',
    ],
    [
      'a rule that covers the own subnet and more',
      'networks: { v: { ipam: { config: [{ subnet: 10.9.0.0/24 }] } } }\nwarp: { routes: [{ target: { names: [a] }, via: w, network: v, rules: [0.0.0.0/0] }] }',
    ],
    ['metrics on a socket, whatever its name', 'watch: { metrics: "unix:/run/fairlead/metrics:99999" }'],
    [
      'networks named as parts of every object',
      'networks: { constructor: , toString: , hasOwnProperty: }\nattachments: [{ select: { names: [a] }, networks: [constructor] }]',
    ],
  ];
  for (const [what, text] of right) {
    it(`finds nothing wrong with ${what}`, async () => {
      expect(await found(text)).to.deep.equal([]);
    });
  }

  it('finds an undeclared network that is a part of every object', async () => {
    expect(await found('attachments: [{ select: { names: [a] }, networks: [constructor] }]')).to.have.length(
      1,
    );
  });

  it('shows control characters of the file as text', async () => {
    const [line] = await found('networks: { "a\\e[31m\\u202e": }');
    expect(line).to.include('a\\e[31m\\u202e');
  });

  it('names the place in the file although items before it are wrong', async () => {
    const { problems } = await examineText('proxies:\n  - 1\n  - { container: "a b" }');
    expect(problems.map(({ path, line }) => [path.join('.'), line])).to.deep.equal([
      ['proxies.0', 2],
      ['proxies.1.container', 3],
    ]);
  });
});
