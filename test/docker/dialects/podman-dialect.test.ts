import { expect } from 'chai';
import fc from 'fast-check';
import { endpointConfig } from '../../../src/lib/docker/requests/endpoint-config.js';
import { podmanDialect } from '../../../src/lib/docker/dialects/podman-dialect.js';
import { readContainers } from '../../../src/lib/docker/answers/read-container.js';
import { readDetails } from '../../../src/lib/docker/answers/read-details.js';
import { readNetworks } from '../../../src/lib/docker/answers/read-network.js';
import type { Container, ContainerDetails } from '../../../src/lib/model/container.js';
import type { Network } from '../../../src/lib/model/network.js';

const id = (digit: string): string => digit.repeat(64);

/** An endpoint as Podman 5.4.2 tells it. */
function endpoint(aliases: readonly string[] = []): object {
  return { NetworkID: id('e'), IPAMConfig: null, Aliases: [...aliases, 'aaaaaaaaaaaa'], DriverOpts: null };
}

type Endpoints = Readonly<Record<string, object>>;

function listed(of: string, networks: Endpoints): object {
  return { Id: of, Names: ['/some'], State: 'running', NetworkSettings: { Networks: networks } };
}

function inspected(of: string, mode: string, networks: Endpoints = {}): object {
  return { Id: of, HostConfig: { NetworkMode: mode }, NetworkSettings: { Networks: networks } };
}

async function list(
  networks: Endpoints,
  mode = 'bridge',
): Promise<Pick<Container, 'networkMode'> & { readonly on: readonly string[] }> {
  const answer = await podmanDialect().containers([listed(id('a'), networks)], of =>
    Promise.resolve(inspected(of, mode)),
  );
  const [container] = readContainers(answer);
  if (!container) throw new Error('no container');
  return {
    networkMode: container.networkMode,
    on: container.endpoints.map(({ networkName }) => networkName),
  };
}

function details(networks: Endpoints): ContainerDetails {
  return readDetails(podmanDialect().details(inspected(id('a'), 'bridge', networks)));
}

const mark = 'proxy.owner.fairlead.internal';

describe("A container in Podman's words", () => {
  it('is on bridge where Podman says podman', async () => {
    expect(await list({ podman: endpoint() })).to.deep.equal({
      networkMode: { kind: 'network', network: 'bridge' },
      on: ['bridge'],
    });
  });

  it('has the network as its home that Fairlead did not join', async () => {
    const { networkMode } = await list({ aaa: endpoint([mark]), edge: endpoint(), zzz: endpoint([mark]) });
    expect(networkMode).to.deep.equal({ kind: 'network', network: 'edge' });
  });

  it('has no network as its home where it could be several', async () => {
    const { networkMode, on } = await list({ edge: endpoint(), podman: endpoint() });
    expect(networkMode.kind === 'network' && on.includes(networkMode.network)).to.equal(false);
  });

  it('is on no network where it shares the namespace of another one', async () => {
    expect(await list({ edge: endpoint([mark]) }, `container:${id('b')}`)).to.deep.equal({
      networkMode: { kind: 'container', of: id('b') },
      on: [],
    });
  });

  it('is in host mode', async () => {
    expect((await list({ host: endpoint() }, 'host')).networkMode).to.deep.equal({ kind: 'host' });
  });

  it('is inspected once for its mode, and left out where it has gone meanwhile', async () => {
    const dialect = podmanDialect();
    const asked: string[] = [];
    const inspect = (of: string): Promise<unknown> => {
      asked.push(of);
      return Promise.resolve(of === id('b') ? undefined : inspected(of, 'bridge'));
    };
    const both = [listed(id('a'), { edge: endpoint() }), listed(id('b'), { edge: endpoint() })];
    for (const round of [1, 2]) {
      const containers = readContainers(await dialect.containers(both, inspect));
      expect(
        containers.map(container => container.id),
        `round ${String(round)}`,
      ).to.deep.equal([id('a')]);
    }
    expect(asked).to.deep.equal([id('a'), id('b'), id('b')]);
  });

  it('is marked by an alias, which is no alias of its own', () => {
    expect(details({ shop: endpoint(['shop.local', mark]) }).endpoints).to.deep.equal({
      shop: { aliases: ['shop.local'], driverOptions: { 'fairlead.owner': 'proxy' } },
    });
  });

  it('is marked by no alias that merely looks like one', () => {
    for (const alias of [`x.${mark}`, `${mark}.x`, 'owner.fairlead.internal', '.owner.fairlead.internal']) {
      expect(details({ shop: endpoint([alias]) }).endpoints['shop']).to.deep.equal({ aliases: [alias] });
    }
  });
});

describe("A connect in Podman's words", () => {
  it('reads as what was asked for, mark and aliases', () => {
    const owners = fc.constantFrom('proxy', 'attachment', 'app');
    fc.assert(
      fc.property(owners, fc.uniqueArray(fc.domain()), (owner, aliases) => {
        const asked = {
          ...(aliases.length > 0 && { aliases }),
          driverOptions: { 'fairlead.owner': owner },
        };
        const sent = podmanDialect().endpoint(endpointConfig(asked));
        expect(sent).to.not.have.property('DriverOpts');
        expect(details({ shop: { ...endpoint(), ...sent } }).endpoints['shop']).to.deep.equal(asked);
      }),
    );
  });

  it('leaves a connect of nobody’s unmarked', () => {
    expect(podmanDialect().endpoint(endpointConfig({ aliases: ['db'] }))).to.deep.equal({ Aliases: ['db'] });
  });
});

describe("A network in Podman's words", () => {
  const answer = [
    {
      Id: id('c'),
      Name: 'shop',
      Driver: 'bridge',
      IPAM: { Driver: 'default', Options: { driver: 'host-local' }, Config: [] },
      Options: { mtu: '1400' },
    },
  ];
  const own = [{ id: id('c'), driver: 'bridge', network_interface: 'podman7' }];

  async function read(libpod: () => Promise<unknown>): Promise<Network | undefined> {
    return readNetworks(await podmanDialect().networks(answer, libpod))[0];
  }

  it('has the options that Docker would have, and its bridge', async () => {
    const network = await read(() => Promise.resolve(own));
    expect(network?.ipam.options).to.deep.equal({});
    expect(network?.options).to.deep.equal({
      'com.docker.network.driver.mtu': '1400',
      'com.docker.network.bridge.name': 'podman7',
    });
  });

  it('has no bridge that is known of where that may not be read', async () => {
    const network = await read(() => Promise.reject(new Error('403')));
    expect(network?.options).to.deep.equal({ 'com.docker.network.driver.mtu': '1400' });
  });
});
