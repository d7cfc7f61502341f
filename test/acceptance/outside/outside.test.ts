import { expect } from 'chai';
import { type PrivateEngine, startEngine } from '../../engine/private-engine.js';
import { releases } from '../../engine/releases.js';
import { webApp } from '../../engine/web-app.js';
import { createBridge, createEgress, startGateway } from './gateways.js';
import { containerState, inNamespace, pidOf } from './namespace-state.js';
import {
  type Outside,
  hostAddresses,
  nameServer,
  outsideAddress,
  outsideAddress6,
  startOutside,
} from './outside.js';
import { addressOn, pings, seenAs, sendDatagram } from './probes.js';
import { sentBy, startSender } from './sender.js';
import { startTarget } from './targets.js';
import { execInContainer } from '../../engine/container-commands.js';

/** That the tests of warps would see a leak, and would not see one where there is none. */
for (const release of releases) {
  describe(`The outside of Engine ${release}`, () => {
    let engine: PrivateEngine;
    let outside: Outside;

    before(async () => {
      engine = await startEngine({ release });
      outside = await startOutside(engine);
      await createEgress(engine);
      await createBridge(engine, { name: 'work', subnet: '172.30.0.0/24', subnet6: 'fd00:172:30::/64' });
      await startGateway(engine, { name: 'vpn', networks: ['work'] });
      await startTarget(engine, { name: 'app', network: 'work' });
      await outside.ipv6Ready();
    });
    beforeEach(() => outside.forget());
    after(() => engine.stop());

    async function inApp(family: '-4' | '-6', batch: string): Promise<void> {
      await inNamespace(engine, await pidOf(engine, 'app'), 'ip', [family, '-batch', '-'], batch);
    }

    it('counts what a container sends from its first instruction on, packet by packet', async () => {
      for (const to of [outsideAddress(300), outsideAddress6(300)]) {
        const sender = await startSender(engine, {
          name: `sender${to.length.toString()}`,
          network: 'work',
          to,
          count: 100,
        });
        expect(await sentBy(engine, sender)).to.deep.include({ sent: 100, refused: {} });
        expect(await outside.ways({ destination: to })).to.deep.equal({ direct: 100, warp: 0 });
      }
    });

    it('tells packets that go through a gateway from those that do not', async () => {
      expect(await seenAs(engine, 'app', outsideAddress(1))).to.equal(hostAddresses.ipv4);
      expect(await seenAs(engine, 'app', outsideAddress6(1), 443)).to.match(/^fd00:(198:18::1|172:30::)/);
      const via = await addressOn(engine, 'vpn', 'work');
      const via6 = await addressOn(engine, 'vpn', 'work', 'ipv6');
      await inApp('-4', `rule add pref 500 lookup 99\nroute add default via ${via} table 99\n`);
      await inApp('-6', `rule add pref 500 lookup 99\nroute add default via ${via6} table 99\n`);
      await outside.forget();
      expect(await seenAs(engine, 'app', outsideAddress(1))).to.equal(
        await addressOn(engine, 'vpn', 'egress'),
      );
      expect(await seenAs(engine, 'app', outsideAddress6(1), 443)).to.equal(
        await addressOn(engine, 'vpn', 'egress', 'ipv6'),
      );
      expect(await pings(engine, 'app', outsideAddress(2))).to.equal(true);
      expect(await outside.ways()).to.deep.include({ direct: 0 });
      expect((await outside.arrivals({ protocol: 'icmp' })).map(({ packets }) => packets)).to.deep.equal([1]);
      expect((await containerState(engine, 'app')).rules).to.include('500:\tfrom all lookup 99');
      for (const family of ['-4', '-6'] as const) await inApp(family, 'rule del pref 500\n');
      expect(await seenAs(engine, 'app', outsideAddress(1))).to.equal(hostAddresses.ipv4);
    });

    it('sees nothing of what the kernel refuses', async () => {
      await inApp(
        '-4',
        'rule add pref 500 to 198.19.0.0/16 lookup 98\nroute add unreachable default table 98\n',
      );
      expect(await seenAs(engine, 'app', outsideAddress(1))).to.equal('No route to host');
      expect(await sendDatagram(engine, 'app', { to: outsideAddress(1), port: 9000 })).to.equal(
        'No route to host',
      );
      await inApp('-4', 'rule del pref 500\n');
      expect(await outside.ways()).to.deep.equal({ direct: 0, warp: 0 });
    });

    it('counts the datagrams that come in pieces, and the pieces', async () => {
      await sendDatagram(engine, 'app', { to: outsideAddress(3), port: 9000, bytes: 4000 });
      const arrivals = await outside.arrivals({ destination: outsideAddress(3) });
      expect(arrivals.map(({ protocol, packets }) => ({ protocol, packets }))).to.have.deep.members([
        { protocol: 'udp', packets: 1 },
        { protocol: 'fragment', packets: 2 },
      ]);
    });

    it('answers names, and has clients that come in from there', async () => {
      await webApp(engine, { name: 'site', network: 'work', text: 'hello', publish: ['8080:80'] });
      expect(await outside.fetch(`http://${hostAddresses.ipv4}:8080/`)).to.equal('hello');
      const { stdout } = await execInContainer(engine, 'app', [
        'nslookup',
        'shop.example.org',
        nameServer.ipv4,
      ]);
      expect(stdout).to.include('Address: 198.19.0.1');
      expect(await outside.ways({ port: 53 })).to.deep.include({ warp: 0 });
    });
  });
}
