import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Format } from '../../src/lib/config/source/parse-text.js';
import { pathText } from '../../src/lib/config/source/tree.js';
import { examineText } from './config-text.js';

/** One file with these mistakes in each format: what is wrong, and what is suggested. */
const mistakes: readonly [path: string, message: RegExp, suggestion?: string][] = [
  ['warp_container_name_pattern', /unknown key/, 'warp.container_name_pattern'],
  ['fail_fast', /the text "no" stands where true or false is wanted/, 'false'],
  ['docker.host', /is no engine address/],
  ['docker.api_version', /the number 1.48 stands where text is wanted/, '"1.48"'],
  ['logging.level', /"verbose" is none of the values/],
  ['logging.fromat', /unknown key "fromat" in logging/, 'format'],
  ['networks."a/b"', /no safe network name/, 'a-b'],
  ['networks.backend.enable_ipv6', /the text "yes" stands where true or false is wanted/, 'true'],
  ['networks.backend.ipam.config[0].subnet', /host bits/, '10.128.7.0/24'],
  ['networks.backend.ipam.config[1].gateway', /outside the subnet/],
  ['networks.backend.ipam.config[2].subnet', /only one IPv4 subnet/],
  ['networks.backend.ipam.config[2].ip_range', /not inside the subnet/],
  ['networks.frontend.ipam.config[0].subnet', /overlaps 10.129.0.0\/24 of networks.backend/],
  ['networks.frontend.driver_opts."com.docker.network.driver.mtu"', /number 1450/, '"1450"'],
  ['networks.shared.internal', /no effect on an external network/],
  ['attachments[0].networks[0]', /"fronted" is declared nowhere/, 'frontend'],
  ['attachments[1].select.names[0]', /is no regular expression/],
  ['apps.1001.services.api.networks[1]', /"bd" is declared nowhere/, 'db'],
  ['proxies[0].leave', /"joind" is none of the values/, 'joined'],
  ['proxies[1]', /nothing says which container is the proxy/],
  ['warp.routing_rules[0]', /has ports, which ICMP has not/],
  ['warp.routes[0].rules[0]', /inside 10.129.0.0\/16, the subnet of "frontend"/],
  ['warp.routes[1].via', /circle: vpn1 → vpn2 → vpn1/],
];

/** Where they stand, in the same order. */
const places: Readonly<Record<Format, string>> = {
  yaml: '1:1 2:12 3:17 3:52 4:19 4:28 6:3 9:18 12:19 13:45 14:21 14:46 16:32 18:38 19:39 21:52 22:25 24:67 26:37 27:5 29:19 31:74 32:41',
  toml: '1:1 2:13 5:8 6:15 9:9 10:1 12:11 16:15 19:10 23:11 26:10 27:12 30:31 31:47 35:12 39:13 42:21 48:19 52:9 54:3 58:18 64:10 68:7',
  json: '2:3 3:16 4:23 4:62 5:25 5:36 7:5 10:22 13:23 14:51 15:23 15:52 20:40 21:57 23:47 26:60 27:29 29:91 30:53 30:64 32:23 34:90 35:49',
};

describe('a file with many mistakes', () => {
  for (const format of ['yaml', 'toml', 'json'] satisfies Format[]) {
    const text = readFileSync(new URL(`fixtures/mistakes.${format}`, import.meta.url), 'utf8');

    it(`is told all ${String(mistakes.length)} of them at once in ${format.toUpperCase()}`, async () => {
      const { problems } = await examineText(text, format);
      const found = problems.filter(({ severity }) => severity === 'error');
      expect(found.map(({ path }) => pathText(path))).to.have.members(mistakes.map(([path]) => path));
      for (const [path, message, suggestion] of mistakes) {
        const problem = found.find(candidate => pathText(candidate.path) === path);
        expect(problem?.message).to.match(message);
        expect(problem?.suggestion).to.equal(suggestion);
      }
    });

    it(`is told each at its place in ${format.toUpperCase()}`, async () => {
      const { problems } = await examineText(text, format);
      const found = problems.map(({ line, column }) => `${String(line)}:${String(column)}`);
      expect(found.join(' ')).to.equal(places[format]);
    });
  }

  it('has the same problems in the same words in every format', async () => {
    const told = await Promise.all(
      (['yaml', 'toml', 'json'] satisfies Format[]).map(async format => {
        const text = readFileSync(new URL(`fixtures/mistakes.${format}`, import.meta.url), 'utf8');
        return (await examineText(text, format)).problems
          .map(({ path, message }) => `${pathText(path)}: ${message}`)
          .sort();
      }),
    );
    expect(told[1]).to.deep.equal(told[0]);
    expect(told[2]).to.deep.equal(told[0]);
  });
});
