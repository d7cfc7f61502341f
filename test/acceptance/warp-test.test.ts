import { expect } from 'chai';
import { once } from 'node:events';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import { oldestAndNewest } from '../engine/releases.js';
import { waitUntil } from '../engine/wait-until.js';
import { type Ran, collect, fairleadInside, startInside } from './fairlead.js';
import { createBridge, createEgress, startGateway } from './outside/gateways.js';
import { containerState, hostState, inNamespace, pidOf } from './outside/namespace-state.js';
import { type Outside, outsideAddress, outsideAddress6, startOutside } from './outside/outside.js';
import { startTarget } from './outside/targets.js';

const there = outsideAddress(77);
const there6 = outsideAddress6(77);

function firstLine({ stdout }: Ran): string {
  return stdout.split('\n')[0] ?? '';
}

for (const release of oldestAndNewest) {
  describe(`fairlead warp test on Engine ${release}`, () => {
    let engine: PrivateEngine;
    let outside: Outside;

    before(async () => {
      engine = await startEngine({ release });
      outside = await startOutside(engine);
      await createEgress(engine);
      await createBridge(engine, { name: 'work', subnet: '172.30.0.0/24', subnet6: 'fd00:172:30::/64' });
      await startGateway(engine, { name: 'vpn', networks: ['work'] });
      await startTarget(engine, { name: 'worker', network: 'work' });
    });
    beforeEach(() => outside.forget());
    afterEach(async () => expect(await tables()).to.deep.equal([]));
    after(() => engine.stop());

    /** Ours that count, in every namespace they could be in. */
    async function tables(): Promise<string[]> {
      const namespaces = [await hostState(engine)];
      for (const name of ['worker', 'vpn']) {
        if ((await pidOf(engine, name)) > 0) namespaces.push(await containerState(engine, name));
      }
      return namespaces.flatMap(({ nft }) => nft.match(/fairlead_probe_\w+/g) ?? []);
    }

    function test(...args: string[]): Promise<Ran> {
      return fairleadInside(engine, ['warp', 'test', 'worker', ...args]);
    }

    async function route(...args: string[]): Promise<void> {
      const ran = await fairleadInside(engine, ['warp', 'route', 'worker', '--via', 'vpn', ...args]);
      expect(ran.exitCode, ran.stderr + ran.stdout).to.equal(0);
    }

    it('sees the leak of a container that is not routed', async () => {
      const ran = await test('--to', there);
      expect(ran).to.deep.include({ exitCode: 1, stderr: '' });
      expect(firstLine(ran)).to.equal(`worker → ${there}:33434 udp: 100 sent, 100 past any warp`);
      expect(await outside.ways({ destination: there, port: 33434 })).to.deep.equal({ direct: 100, warp: 0 });
    });

    it('finds every packet in the warp of one that is, by IPv4 and IPv6, by UDP and TCP', async () => {
      await route();
      const udp = await test('--to', there, '--count', '250');
      expect(udp).to.deep.include({ exitCode: 0, stderr: '' });
      expect(firstLine(udp)).to.equal(`worker → ${there}:33434 udp: 250 sent, 250 through vpn, 0 past it`);
      const udp6 = await test('--to', there6);
      expect(firstLine(udp6)).to.equal(
        `worker → [${there6}]:33434 udp: 100 sent, 100 through vpn, 0 past it`,
      );
      for (const to of [there, there6]) {
        const tcp = await test('--to', to, '--tcp', '--json', '--count', '20');
        expect(JSON.parse(tcp.stdout)).to.deep.include({
          command: 'warp test',
          exitCode: 0,
          outcome: 'through',
          sent: 20,
          refused: {},
          past: 0,
          lost: 0,
          warps: [{ warp: 'vpn', reached: 20, sentOn: 20 }],
        });
      }
      expect(await outside.ways({ destination: there, protocol: 'udp' })).to.deep.equal({
        direct: 0,
        warp: 250,
      });
      expect(await outside.ways({ destination: there6, protocol: 'udp' })).to.deep.equal({
        direct: 0,
        warp: 100,
      });
    });

    it('sees a leak that somebody else’s rule makes', async () => {
      const pid = await pidOf(engine, 'worker');
      const rule = ['pref', '50', 'to', there, 'lookup', 'main'];
      await inNamespace(engine, pid, 'ip', ['rule', 'add', ...rule]);
      const ran = await test('--to', there, '--count', '10');
      expect(firstLine(ran)).to.equal(`worker → ${there}:33434 udp: 10 sent, 0 through vpn, 10 past it`);
      expect(ran.exitCode).to.equal(1);
      await inNamespace(engine, pid, 'ip', ['rule', 'del', ...rule]);
    });

    it('knows what went through a warp that leaves by the bridge it came in by, with the target’s address', async () => {
      await startGateway(engine, { name: 'solo', networks: ['work'], egress: false, nat: false });
      await fairleadInside(engine, ['warp', 'unroute', 'worker']);
      const routed = await fairleadInside(engine, ['warp', 'route', 'worker', '--via', 'solo']);
      expect(routed.exitCode, routed.stderr).to.equal(0);
      const ran = await test('--to', there, '--count', '10');
      expect(firstLine(ran)).to.equal(`worker → ${there}:33434 udp: 10 sent, 10 through solo, 0 past it`);
      expect(ran.exitCode).to.equal(0);
      expect(await outside.ways({ destination: there })).to.deep.equal({ direct: 10, warp: 0 });
      await fairleadInside(engine, ['warp', 'unroute', 'worker']);
      await engine.docker('rm', '-f', 'solo');
    });

    it('tells a bypass from a leak', async () => {
      await route('--bypass', `${there}/32`);
      const ran = await test('--to', there, '--count', '10');
      expect(ran.stdout).to.include(`It is bypassed: ${there}/32.`);
      expect(firstLine(ran)).to.equal(`worker → ${there}:33434 udp: 10 sent, 0 through vpn, 10 past it`);
      expect(ran.exitCode).to.equal(0);
    });

    it('counts what a guard or anybody else on the host holds back as not past', async () => {
      await fairleadInside(engine, ['warp', 'unroute', 'worker']);
      await engine.exec('nft', ['-f', '-'], {
        input:
          'table inet other { chain c { type filter hook forward priority -10; udp dport 33434 drop; }; }',
      });
      const ran = await test('--to', there, '--count', '10', '--json');
      await engine.exec('nft', ['delete', 'table', 'inet', 'other']);
      expect(JSON.parse(ran.stdout)).to.deep.include({ outcome: 'blocked', sent: 10, heldBack: 10, past: 0 });
      expect(await outside.ways({ destination: there })).to.deep.equal({ direct: 0, warp: 0 });
    });

    it('leaves no table behind when it is killed in the middle of it', async () => {
      await route();
      const child = startInside(engine, ['warp', 'test', 'worker', '--to', there, '--count', '1000']);
      const gone = once(child, 'exit');
      await waitUntil('the counters are there', async () => (await tables()).length === 2);
      child.kill('SIGKILL');
      expect(await gone).to.deep.equal([null, 'SIGKILL']);
      await waitUntil('the counters are gone', async () => (await tables()).length === 0);
    });

    it('removes what was left by a run that was ended with all its processes', async () => {
      const [left, others] = ['fairlead_probe_2147483647_0123456789abcdef', 'fairlead_probe_mine'];
      for (const name of [left, others]) await engine.exec('nft', ['add', 'table', 'inet', name]);
      await test('--to', there, '--count', '1');
      expect(await tables()).to.deep.equal([others]);
      await engine.exec('nft', ['delete', 'table', 'inet', others]);
    });

    it('ends in order, without tables, on SIGINT', async () => {
      const child = startInside(engine, ['warp', 'test', 'worker', '--to', there, '--count', '1000']);
      const gone = once(child, 'exit');
      await waitUntil('the counters are there', async () => (await tables()).length === 2);
      child.kill('SIGINT');
      expect(await gone).to.deep.equal([130, null]);
    });

    it('says that packets are lost when the warp is gone, and blocked once that is known', async () => {
      await engine.docker('stop', '-t', '0', 'vpn');
      const unseen = await test('--to', there, '--count', '10', '--json');
      expect(JSON.parse(unseen.stdout)).to.deep.include({ exitCode: 1, outcome: 'lost', lost: 10, past: 0 });
      const closed = await fairleadInside(engine, ['warp', 'route']);
      expect(closed.exitCode, closed.stderr).to.equal(0);
      for (const [to, place] of [
        [there, `${there}:33434`],
        [there6, `[${there6}]:33434`],
      ] as const) {
        const ran = await test('--to', to, '--count', '10');
        expect(firstLine(ran)).to.equal(
          `worker → ${place} udp: 0 sent, 0 through vpn, 0 past it, 10 refused (EHOSTUNREACH)`,
        );
        expect(ran.exitCode).to.equal(0);
        expect(ran.stdout).to.include('Blocked: nothing left.');
      }
      expect(await outside.ways()).to.deep.equal({ direct: 0, warp: 0 });
    });

    it('says which rights are missing', async () => {
      const args = ['warp', 'test', 'worker', '--to', there];
      const ran = await collect(startInside(engine, args, {}, ['setpriv', '--bounding-set', '-sys_admin']));
      expect(ran.exitCode).to.equal(5);
      expect(ran.stderr).to.include('CAP_SYS_ADMIN is missing');
    });

    it('refuses addresses in subnets of the target’s own', async () => {
      const ran = await test('--to', '172.30.0.9');
      expect(ran.exitCode).to.equal(1);
      expect(ran.stderr).to.include('172.30.0.0/24 of work');
    });
  });
}
