import { expect } from 'chai';
import { container, engines, network, world } from '../support/world.js';
import type { World } from '../../src/lib/model/world.js';
import { joins, leaves, proxy, web } from './plans.js';

const ports = [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }];

const firstWords = (lines: readonly string[]): string[] =>
  lines.filter(line => /^(connect|disconnect)/.test(line)).map(line => line.split(/[:[]/)[0]?.trim() ?? '');

const refused = (lines: readonly string[]): string[] => lines.filter(line => line.startsWith('refused'));
const warnings = (lines: readonly string[]): string[] => lines.filter(line => line.startsWith('warning'));

const apps = (...networks: string[]): ReturnType<typeof container>[] =>
  networks.map(name => container(`${name}-web`, { on: [name], env: { VIRTUAL_HOST: name } }));

/** A proxy at home on `proxy_default` and applications on these networks, on an engine without priorities. */
const old = (sketch: Parameters<typeof proxy>[0], ...networks: string[]): World =>
  world(
    ['proxy_default', ...networks, ...(sketch?.joined ?? [])],
    [proxy({ ports, ...sketch }), ...apps(...networks)],
    engines['20.10'],
  );

describe('A gateway that moves', () => {
  it('moves once for many joins: the network it moves to is joined first', () => {
    const lines = joins(old({}, 'c', 'a', 'zoo', 'b'));
    expect(firstWords(lines)).to.deep.equal([
      'connect http-proxy → a',
      'connect http-proxy → c',
      'connect http-proxy → zoo',
      'connect http-proxy → b',
    ]);
    expect(warnings(lines)).to.deep.equal([
      'warning http-proxy on a: joining a moves its default route and published ports from proxy_default to a: ' +
        'open connections through its published ports will be cut',
    ]);
  });

  it('moves once for many leaves: the network that has it is left last', () => {
    const lines = leaves(old({ joined: ['a', 'b', 'zoo'] }));
    expect(firstWords(lines)).to.deep.equal([
      'disconnect http-proxy ← b',
      'disconnect http-proxy ← zoo',
      'disconnect http-proxy ← a',
    ]);
    expect(warnings(lines)).to.have.length(1);
  });

  it('is announced for the default route alone where nothing is published', () => {
    expect(warnings(joins(old({ ports: [] }, 'a')))).to.deep.equal([
      'warning http-proxy on a: joining a moves its default route from proxy_default to a',
    ]);
  });
});

describe('With on_gateway_move: skip', () => {
  const skip = { onGatewayMove: 'skip' } as const;
  const reason = 'it would move its default route and published ports (on_gateway_move: skip)';

  it('a proxy joins what does not move its gateway, and says why not the rest', () => {
    const lines = joins(old({}, 'a', 'zoo', 'b'), skip);
    expect(firstWords(lines)).to.deep.equal(['connect http-proxy → zoo']);
    expect(warnings(lines)).to.deep.equal([]);
    expect(refused(lines)).to.deep.equal([
      `refused http-proxy on a: joining ${reason}`,
      `refused http-proxy on b: joining ${reason}`,
    ]);
  });

  it('it leaves what does not have its gateway, and stays on what has it', () => {
    for (const lines of [
      joins(old({ joined: ['a', 'b'] }), skip),
      leaves(old({ joined: ['a', 'b'] }), skip),
    ]) {
      expect(firstWords(lines)).to.deep.equal(['disconnect http-proxy ← b']);
      expect(lines).to.include(`kept http-proxy on a: leaving ${reason}`);
      expect(warnings(lines)).to.deep.equal([]);
    }
  });

  it('it leaves the network that had it once another has taken it', () => {
    // Taken by a join of the same plan: that moved nothing, for then there would be none.
    const lines = joins(old({ joined: ['b'] }, 'c'), skip);
    expect(firstWords(lines)).to.deep.equal(['connect http-proxy → c']);
    expect(lines).to.include(`kept http-proxy on b: leaving ${reason}`);
  });

  it('a stopped proxy joins everything: it has no connections to lose', () => {
    expect(firstWords(joins(old({ state: 'exited' }, 'a'), skip))).to.deep.equal(['connect http-proxy → a']);
  });

  it('internal networks are joined and left, for they never have the gateway', () => {
    const inside = network('a', { internal: true });
    const seen = world(['proxy_default', inside], [proxy({ ports }), ...apps('a')], engines['20.10']);
    expect(firstWords(joins(seen, skip))).to.deep.equal(['connect http-proxy → a']);
  });

  it('a proxy without any gateway gets one: nothing moves', () => {
    const inside = network('inside', { internal: true });
    const seen = world([inside, 'a'], [proxy({ on: ['inside'] }), ...apps('a')], engines['20.10']);
    expect(firstWords(joins(seen, skip))).to.deep.equal(['connect http-proxy → a']);
  });

  it('nothing is skipped where the engine has priorities', () => {
    const seen = world(['proxy_default', 'a'], [proxy({ ports }), ...apps('a')]);
    expect(firstWords(joins(seen, skip))).to.deep.equal(['connect http-proxy → a']);
  });

  it('a dual-stack network is skipped until Engine 29.4.1, unless the home has both families too', () => {
    const dual = network('a', { enableIpv6: true });
    const steps = (engine: (typeof engines)[keyof typeof engines], homeIpv6 = false): string[] =>
      firstWords(
        joins(
          world(
            [network('proxy_default', { enableIpv6: homeIpv6 }), dual],
            [proxy({ ports }), ...apps('a')],
            engine,
          ),
          skip,
        ),
      );
    expect(steps(engines['28.5'])).to.deep.equal([]);
    expect(steps(engines['28.5'], true)).to.deep.equal(['connect http-proxy → a']);
    expect(steps(engines['29.4.1'])).to.deep.equal(['connect http-proxy → a']);
  });

  it('what is not joined for it does not count as a network to keep', () => {
    // The only other network is the joined one, which has nothing to route to any more.
    const seen = world(
      ['a', 'b'],
      [
        proxy({ on: [], joined: ['b'], ports, networkMode: { kind: 'network', network: 'gone' } }),
        web({ on: ['a'] }),
      ],
      engines['20.10'],
    );
    expect(firstWords(joins(seen, skip))).to.deep.equal([]);
  });
});
