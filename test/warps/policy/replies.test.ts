import { expect } from 'chai';
import type { Container } from '../../../src/lib/model/container.js';
import { replyMarking } from '../../../src/lib/warps/policy/replies.js';
import { bridge, kernelWorld, namespaceOf, placed } from '../scenes.js';

const net = bridge('net', '10.7.0.0/24');
const lan = bridge('lan', '10.8.0.0/24', { driver: 'macvlan' });
const bridgeName = `br-${net.id.slice(0, 12)}`;
const site = (
  publishes: readonly string[] = ['80/tcp'],
  at: Record<string, string> = { net: '10.7.0.3' },
): Container => placed('site', { at, publishes });

function marking(target: Container, bridgeMacs?: Record<string, string>): readonly string[] | undefined {
  const seen = kernelWorld([net, lan], [target]);
  const host = { interfaces: [], filtersBridged: false, nameServers: [], ...(bridgeMacs && { bridgeMacs }) };
  const kernel = { namespaces: new Map(), holders: new Set<string>(), host };
  return replyMarking(target, { ...seen, kernel })?.gatewayMacs;
}

describe('Connections from outside are told', () => {
  const macs = { docker0: '02:42:00:00:00:09', [bridgeName]: '02:42:00:00:00:01' };

  it('by the addresses of the bridges that a container is on, and no others', () => {
    expect(marking(site(), macs)).to.deep.equal(['02:42:00:00:00:01']);
    expect(marking(site(['80/tcp'], { net: '10.7.0.3', lan: '10.8.0.3' }), macs)).to.deep.equal([
      '02:42:00:00:00:01',
    ]);
  });

  it('not at all where none is known: nothing is then answered past the warp', () => {
    expect(marking(site(), {})).to.equal(undefined);
    expect(marking(site())).to.equal(undefined);
  });

  it('and redirects are dropped where they would be heeded, as long as there is nft', () => {
    const refuses = (acceptRedirects: boolean, lacksNft = false): boolean | undefined => {
      const reading = namespaceOf(site([]));
      if (reading.read !== 'state') throw new Error(reading.read);
      const state = { ...reading.state, sysctls: { ...reading.state.sysctls, acceptRedirects } };
      const readings = { site: { read: 'state' as const, state } };
      const seen = kernelWorld([net, lan], [site([])], { readings });
      const host = { interfaces: [], filtersBridged: false, nameServers: [] };
      const kernel = { namespaces: new Map(), holders: new Set<string>(), ...seen.kernel };
      return replyMarking(site([]), {
        ...seen,
        kernel: { ...kernel, host: { ...host, ...(lacksNft && { lacksNft }) } },
      })?.refusesRedirects;
    };
    expect(refuses(true)).to.equal(true);
    expect(refuses(false)).to.equal(undefined);
    expect(refuses(true, true)).to.equal(undefined);
  });

  it('not at all where none are taken', () => {
    expect(marking(site([]), macs)).to.equal(undefined);
  });
});
