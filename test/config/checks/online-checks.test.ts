import { expect } from 'chai';
import { checkAgainstEngine } from '../../../src/lib/config/checks/online-checks.js';
import { type FairleadConfig, configSchema } from '../../../src/lib/config/schema.js';
import type { EngineInfo } from '../../../src/lib/model/engine-info.js';
import type { Network } from '../../../src/lib/model/network.js';
import { network as exampleNetwork } from '../../support/world.js';

const new28: EngineInfo = { kind: 'docker', version: '28.5.2', apiVersion: '1.51' };
const podman: EngineInfo = { kind: 'podman', version: '5.4.2', apiVersion: '1.41' };
const old20: EngineInfo = { kind: 'docker', version: '20.10.24', apiVersion: '1.41' };

function network(name: string, subnet?: string): Network {
  const pools = subnet === undefined ? [] : [{ subnet }];
  return { ...exampleNetwork(name), ipam: { driver: 'default', options: {}, pools } };
}

function found(given: unknown, engine: EngineInfo, ...networks: Network[]): string[] {
  const config: FairleadConfig = configSchema.parse(given);
  return checkAgainstEngine(config, { engine, networks }).map(
    ({ severity, path, message, suggestion }) =>
      `${severity} ${path.join('.')}: ${message}${suggestion === undefined ? '' : ` [${suggestion}]`}`,
  );
}

const subnet = { ipam: { config: [{ subnet: '10.1.0.0/16' }] } };

describe('a config against an engine', () => {
  it('has nothing wrong where all is well', () => {
    expect(found({ networks: { a: subnet, b: { external: true } } }, new28, network('b'))).to.deep.equal([]);
  });

  it('overlaps a network that exists, also one with host bits', () => {
    expect(found({ networks: { a: subnet } }, new28, network('other', '10.1.7.5/24'))).to.deep.equal([
      'error networks.a.ipam.config.0.subnet: 10.1.0.0/16 overlaps 10.1.7.0/24 of the network "other", which exists',
    ]);
  });

  it('does not overlap the network that it declares', () => {
    expect(found({ networks: { a: subnet } }, new28, network('a', '10.1.0.0/16'))).to.deep.equal([]);
  });

  it('misses an external network, and knows one of nearly that name', () => {
    const found28 = found(
      { networks: { proxy: { external: true, name: 'traefik_proxy' } } },
      new28,
      network('traefik-proxy'),
    );
    expect(found28).to.deep.equal([
      'error networks.proxy: the engine has no network "traefik_proxy" [traefik-proxy]',
    ]);
  });

  it('cannot tell two networks of one name apart', () => {
    const twins = [network('a'), { ...network('a'), id: 'f'.repeat(64) }];
    expect(found({ networks: { a: { external: true } } }, old20, ...twins)[0]).to.match(
      /2 networks named "a"/,
    );
  });

  it('asks an old engine for what it has not', () => {
    const networks = {
      a: { enable_ipv4: false, enable_ipv6: true },
      b: { driver_opts: { 'com.docker.network.bridge.gateway_mode_ipv4': 'routed' } },
    };
    expect(found({ networks }, old20)).to.deep.equal([
      'error networks.a.enable_ipv4: Engine 20.10.24 has IPv4 on every network: it takes 28.0 to be without',
      'error networks.a.enable_ipv6: Engine 20.10.24 cannot choose an IPv6 subnet itself',
      'warning networks.b.driver_opts.com.docker.network.bridge.gateway_mode_ipv4: Engine 20.10.24 ignores this option: it takes 27.0',
    ]);
    expect(found({ networks }, new28)).to.deep.equal([]);
  });

  it('wants an API version that the engine does not speak', () => {
    expect(found({ docker: { api_version: '1.48' } }, old20)[0]).to.match(
      /error docker.api_version: .*1.41 at most \[auto\]/,
    );
    expect(found({ docker: { api_version: '1.41' } }, old20)).to.deep.equal([]);
  });

  it('says beforehand that an old engine may interrupt a proxy, unless such joins are left out', () => {
    expect(found({ proxies: [{ container: 'a' }] }, old20)[0]).to.match(
      /^warning proxies.0: .*no gateway priorities/,
    );
    expect(found({ proxies: [{ container: 'a', on_gateway_move: 'skip' }] }, old20)).to.deep.equal([]);
    expect(found({ proxies: [{ container: 'a' }] }, new28)).to.deep.equal([]);
  });

  it('asks Podman for what it does not keep or tell', () => {
    const given = {
      networks: {
        a: { ipam: { config: [{ subnet: '10.1.0.0/16', ip_range: '10.1.1.0/24' }] }, enable_ipv6: true },
        b: { driver_opts: { 'com.docker.network.bridge.enable_icc': 'false' } },
        c: { external: true, attachable: true },
      },
      proxies: [{ container: 'p', leave: 'any' }, { container: 'q' }],
    };
    expect(found(given, podman, network('c'))).to.deep.equal([
      'error networks.a.ipam.config.0.ip_range: Podman drops ip_range without a word',
      'error networks.b.driver_opts.com.docker.network.bridge.enable_icc: Podman does not keep the driver option com.docker.network.bridge.enable_icc, or does not tell it afterwards',
      'error proxies.0.leave: Podman does not tell the network a container was created on, which must not be left',
    ]);
  });

  it('takes its config from a network that is none for that', () => {
    const given = { networks: { a: { config_from: 'base' } } };
    expect(found(given, new28)[0]).to.match(/no network "base"/);
    expect(found(given, new28, network('base'))[0]).to.match(/no config-only network/);
    expect(found(given, new28, { ...network('base'), configOnly: true })).to.deep.equal([]);
  });
});
