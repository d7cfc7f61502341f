import { expect } from 'chai';
import { runCli, runInTerminal, startShell } from '../support/cli.js';
import { documentOf, misfits, networkGraphShape } from '../support/json-document.js';
import { screenOf } from '../support/terminal-screen.js';
import { readDot } from '../report/graph/dot-reader.js';
import { changes, shop, withDaemon } from './scenes.js';

const wide = { DriverOpts: { 'fairlead.owner': 'proxy' }, GwPriority: -1 };

function host() {
  const daemon = shop();
  daemon.join('http-proxy', 'shop_default', wide);
  return daemon;
}

const tree = [
  'blog_default  172.20.0.0/16, internal, compose:blog',
  '└─ blog-web-1  exited',
  'bridge  172.17.0.0/16, engine, nothing on it',
  'edge  172.18.0.0/16',
  '└─ http-proxy  proxy, home, gateway, 80 → 80/tcp, 443 → 443/tcp',
  'shared  172.21.0.0/16, fairlead, nothing on it',
  'shop_default  172.19.0.0/16, compose:shop',
  '├─ http-proxy  proxy, joined by Fairlead',
  '├─ shop-db-1',
  '└─ shop-web-1',
];

describe('network graph', () => {
  it('shows a small host as a tree, by two lists and an inspect of who is away from home', async () => {
    const daemon = host();
    await withDaemon(daemon, async server => {
      const { stdout, stderr, exitCode } = await runCli(['network', 'graph'], { host: server.host });
      expect([exitCode, stderr]).to.deep.equal([0, '']);
      expect(stdout.split('\n')).to.deep.equal([...tree, '']);
      expect(changes(daemon)).to.deep.equal([]);
      const proxy = daemon.container('http-proxy').Id;
      expect(daemon.calls).to.have.members([
        'GET /version',
        'GET /containers/json',
        'GET /networks',
        `GET /containers/${proxy}/json`,
      ]);
    });
  });

  it('is written for the locale: without UTF-8 in ASCII', async () => {
    await withDaemon(host(), async server => {
      for (const env of [
        { LC_ALL: 'C' },
        { LC_ALL: undefined },
        { LC_ALL: '', LANG: 'C' },
        { LC_ALL: undefined, LC_CTYPE: 'de_DE.ISO-8859-1', LANG: 'C.UTF-8' },
      ]) {
        const { stdout } = await runCli(['network', 'graph', 'shop_default'], { host: server.host, env });
        expect(stdout.split('\n')).to.deep.equal([
          'shop_default  172.19.0.0/16, compose:shop',
          '|- http-proxy  proxy, joined by Fairlead',
          '|- shop-db-1',
          '`- shop-web-1',
          '',
        ]);
      }
      const { stdout } = await runCli(['network', 'graph', 'edge'], {
        host: server.host,
        env: { LC_ALL: undefined, LANG: 'de_DE.utf8' },
      });
      expect(stdout).to.include('└─ http-proxy');
    });
  });

  it('fits the terminal, however narrow', async () => {
    await withDaemon(host(), async server => {
      for (const columns of [30, 45]) {
        const { stdout } = await runInTerminal(['network', 'graph', '--no-color'], {
          host: server.host,
          columns,
        });
        const screen = screenOf(stdout).filter(line => line !== '');
        expect(screen).to.have.length(tree.length);
        for (const line of screen) expect(line.length, line).to.be.at.most(columns);
        expect(screen[4]).to.match(/^└─ http-proxy {2}proxy, .*…$/);
      }
    });
  });

  it('gives DOT and Mermaid to a pipe, and JSON either way it is asked for', async () => {
    await withDaemon(host(), async server => {
      const graph = (...args: string[]) => runCli(['network', 'graph', ...args], { host: server.host });
      const { stdout: dot } = await graph('--format', 'dot');
      expect([...readDot(dot).labels.values()]).to.include('http-proxy\nproxy\n80 → 80/tcp\n443 → 443/tcp');
      expect((await graph('--format=mermaid')).stdout).to.match(/^flowchart LR\n/);
      const [asFlag, asFormat] = [await graph('--json'), await graph('--format', 'json')];
      expect(misfits(documentOf(asFlag), networkGraphShape)).to.deep.equal([]);
      expect(asFormat.stdout).to.equal(asFlag.stdout);
      const failed = await graph('nothing', '--format=json');
      expect(documentOf(failed)).to.include({ exitCode: 1 });
      const piped = await startShell('fairlead network graph | head -n 1', { host: server.host });
      expect((await piped.result).stdout).to.equal(`${String(tree[0])}\n`);
    });
  });
});
