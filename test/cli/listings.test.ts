import { expect } from 'chai';
import { type CliResult, runCli, startCli } from '../support/cli.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { holdAt } from '../support/fake-server.js';
import { changes, shop, withDaemon } from './scenes.js';

async function told(daemon: FakeDaemon, ...args: string[]): Promise<CliResult> {
  let result: CliResult | undefined;
  await withDaemon(daemon, async ({ host }) => {
    result = await runCli(args, { host });
  });
  if (!result) throw new Error('did not run');
  return result;
}

const owned = { DriverOpts: { 'fairlead.owner': 'proxy' }, GwPriority: -1 };

describe('network list', () => {
  it('shows a small host', async () => {
    const daemon = shop();
    daemon.addNetwork('dual', { IPAM: { Config: [{ Subnet: '10.9.0.0/24' }, { Subnet: 'fd00:9::/64' }] } });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) daemon.addContainer(name, { networks: ['dual'] });
    const { stdout, stderr, exitCode } = await told(daemon, 'network', 'list');
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    expect(stdout.split('\n')).to.deep.equal([
      'NAME          DRIVER  SUBNETS                  OWNER         MEMBERS (STOPPED)',
      'blog_default  bridge  172.20.0.0/16 internal   compose:blog  (blog-web-1)',
      'bridge        bridge  172.17.0.0/16            engine',
      'dual          bridge  10.9.0.0/24 fd00:9::/64  -             a, b, c, d and 2 more',
      'edge          bridge  172.18.0.0/16            -             http-proxy',
      'host          host    -                        engine',
      'none          null    -                        engine',
      'shared        bridge  172.21.0.0/16            fairlead',
      'shop_default  bridge  172.19.0.0/16            compose:shop  shop-db-1, shop-web-1',
      '',
    ]);
  });
});

describe('proxy list', () => {
  it('shows why each network is kept, joined or left, and what is not reached', async () => {
    const daemon = shop();
    daemon.addNetwork('old_default');
    daemon.join('http-proxy', 'old_default', owned);
    daemon.addContainer('metrics', { mode: 'host', env: ['VIRTUAL_HOST=metrics.local'] });
    const { stdout, stderr, exitCode } = await told(daemon, 'proxy', 'list');
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    expect(stdout.split('\n')).to.deep.equal([
      'http-proxy',
      '  edge          home      its home network',
      '  old_default   to leave  no routable container left',
      '  shop_default  to join   routes shop-web-1 (VIRTUAL_HOST=shop.local)',
      '  not routed to:',
      '    blog-web-1  not running (exited)',
      '    metrics     in host mode: it has no network of its own to join',
      '',
    ]);
    expect(changes(daemon)).to.deep.equal([]);
  });

  it('shows what stands in the way of a proxy', async () => {
    const daemon = shop();
    const { stdout, exitCode } = await told(daemon, 'proxy', 'list', 'traefik');
    expect(exitCode).to.equal(1);
    expect(stdout.split('\n')).to.deep.equal([
      'traefik',
      '  ! there is no container of this name',
      '      These publish port 80 or 443: http-proxy',
      '',
    ]);
  });
});

describe('proxy join', () => {
  /** The state or mode of the proxy, the exit code, and the whole of what is said. */
  const proxies: Readonly<
    Record<string, { settings: object; exit: number; lines: readonly string[]; steps?: number }>
  > = {
    'is stopped': {
      settings: { networks: ['edge'], state: 'exited' },
      exit: 0,
      lines: [
        '+ connect  http-proxy → shop_default  routes shop-web-1 (VIRTUAL_HOST=shop.local)',
        '1 connected, 1 unchanged',
      ],
      steps: 1,
    },
    'was never started': {
      settings: { networks: ['edge'], state: 'created' },
      exit: 0,
      lines: [
        '+ connect  http-proxy → shop_default  routes shop-web-1 (VIRTUAL_HOST=shop.local)',
        '1 connected, 1 unchanged',
      ],
      steps: 1,
    },
    'is in host mode': {
      settings: { mode: 'host' },
      exit: 0,
      lines: [
        '= unchanged  http-proxy  in host mode: it reaches every bridge network from the host and joins none',
        '1 unchanged',
      ],
    },
    'is in mode none': {
      settings: { mode: 'none' },
      exit: 1,
      lines: [
        'x refused  http-proxy  created with network mode none, which the engine lets join no network',
        '    Recreate it on a network.',
        '1 refused',
      ],
    },
    restarts: {
      settings: { networks: ['edge'], state: 'restarting' },
      exit: 1,
      lines: [
        'x refused  http-proxy  in a restart loop: the engine cannot connect it between two runs',
        '    See why it stops: docker logs http-proxy',
        '1 refused',
      ],
    },
  };
  for (const [name, { settings, exit, lines, steps = 0 }] of Object.entries(proxies)) {
    it(`says what it does where the proxy ${name}`, async () => {
      const daemon = shop();
      daemon.containers.splice(daemon.containers.indexOf(daemon.container('http-proxy')), 1);
      daemon.addContainer('http-proxy', settings);
      const { stdout, stderr, exitCode } = await told(daemon, 'proxy', 'join');
      expect(stdout.trimEnd().split('\n')).to.deep.equal(lines);
      expect([exitCode, stderr]).to.deep.equal([exit, '']);
      expect(changes(daemon)).to.have.length(steps);
    });
  }

  it('names who publishes web ports where the proxy is missing', async () => {
    const daemon = shop();
    const { stdout, exitCode } = await told(daemon, 'proxy', 'join', 'traefik');
    expect(exitCode).to.equal(1);
    expect(stdout.split('\n')).to.deep.equal([
      'x refused  traefik  there is no container of this name',
      '    These publish port 80 or 443: http-proxy',
      '1 refused',
      '',
    ]);
    expect(changes(daemon)).to.deep.equal([]);
  });

  it('warns of a move of the gateway on 20.10 before anything is done, and does not where there are priorities', async () => {
    for (const release of ['20.10', '28.5'] as const) {
      // The network that sorts first becomes the gateway.
      const daemon = new FakeDaemon(release);
      daemon.addNetwork('edge');
      daemon.addNetwork('app');
      daemon.addContainer('http-proxy', { networks: ['edge'], publishes: [80] });
      daemon.addContainer('web', { networks: ['app'], env: ['VIRTUAL_HOST=app.local'] });
      let seen: readonly string[] = [];
      await withDaemon(daemon, async ({ host }) => {
        const dry = await runCli(['proxy', 'join', '--dry-run'], { host });
        expect(changes(daemon)).to.deep.equal([]);
        const real = await runCli(['proxy', 'join'], { host });
        expect([dry.exitCode, real.exitCode]).to.deep.equal([0, 0]);
        expect(real.stderr).to.equal(dry.stderr);
        seen = real.stderr.trimEnd().split('\n');
      });
      if (release === '28.5') expect(seen).to.deep.equal(['']);
      else {
        expect(seen[0]).to.equal(
          'Warning: http-proxy: joining app moves its default route and published ports from edge to app: open connections through its published ports will be cut',
        );
      }
    }
  });

  it('prints the warning before it connects', async () => {
    const daemon = new FakeDaemon('20.10');
    daemon.addNetwork('edge');
    daemon.addNetwork('app');
    daemon.addContainer('http-proxy', { networks: ['edge'], publishes: [80] });
    daemon.addContainer('web', { networks: ['app'], env: ['VIRTUAL_HOST=app.local'] });
    const hold = holdAt(call => call.startsWith('POST'));
    await withDaemon(
      daemon,
      async ({ host }) => {
        const running = await startCli(['proxy', 'join'], { host });
        // The connect waits for its answer, and the warning is out.
        await hold.reached;
        await running.until(output => output.includes('Warning: http-proxy: joining app moves'));
        expect(changes(daemon)).to.deep.equal([]);
        hold.letGo();
        expect((await running.result).exitCode).to.equal(0);
      },
      hold.before,
    );
    expect(changes(daemon)).to.have.length(1);
  });
});
