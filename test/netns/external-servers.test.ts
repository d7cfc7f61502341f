import { expect } from 'chai';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseExternalServers, readExternalServers } from '../../src/lib/netns/external-servers.js';

describe('The name servers that an engine asks for a container', () => {
  it('are those of the comment in its resolv.conf, and of nothing else', () => {
    expect(parseExternalServers('nameserver 127.0.0.11\n')).to.equal(undefined);
    expect(parseExternalServers('# ExtServers: []\n')).to.deep.equal([]);
    expect(
      parseExternalServers('# ExtServers: [host(fe80::1%eth0) 2001:db8::53]\n# Overrides: []\n'),
    ).to.deep.equal([
      { address: 'fe80::1%eth0', fromHost: true },
      { address: '2001:db8::53', fromHost: false },
    ]);
  });

  it('are not known where the file is not to be seen', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-resolver-'));
    try {
      const file = join(folder, 'resolv.conf');
      expect(await readExternalServers(file)).to.equal(undefined);
      expect(await readExternalServers(folder)).to.equal(undefined);
      await writeFile(file, 'nameserver 127.0.0.11\n# ExtServers: [host(127.0.0.53)]\n');
      expect(await readExternalServers(file)).to.deep.equal([{ address: '127.0.0.53', fromHost: true }]);
      // Longer than any text may be in Node: to read it as a whole would fail.
      await truncate(file, 2 ** 40);
      expect(await readExternalServers(file)).to.deep.equal([{ address: '127.0.0.53', fromHost: true }]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
