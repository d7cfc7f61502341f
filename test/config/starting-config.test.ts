import { expect } from 'chai';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startingConfig } from '../../src/lib/config/starting-config.js';
import { writeConfig } from '../../src/lib/config/write-config.js';
import { network } from '../support/world.js';
import { exampleContainer } from './observed.js';
import { examineText } from './config-text.js';

describe('a config to begin with', () => {
  const observed = {
    networks: [
      network('shop_default'),
      network('1001'),
      network('a b'),
      network('bridge'),
      network('twin'),
      network('twin'),
    ],
    containers: [
      exampleContainer('edge-traefik-1', 443),
      exampleContainer('shop-web-1', 80),
      exampleContainer('gluetun'),
    ],
  };

  for (const [what, seen] of [
    ['nothing', undefined],
    ['an engine', observed],
    ['an empty engine', { networks: [], containers: [] }],
  ] as const) {
    it(`made from ${what} has no mistakes and changes nothing`, async () => {
      const { config, problems } = await examineText(startingConfig(seen, 'https://example.org/s.json'));
      expect(problems).to.deep.equal([]);
      expect(config?.proxies).to.deep.equal([]);
      expect(config?.attachments).to.deep.equal([]);
      expect(Object.values(config?.networks ?? {}).every(({ external }) => external)).to.equal(true);
    });
  }

  it('declares the networks there are and proposes the proxies and warps', async () => {
    const text = startingConfig(observed, 's');
    const { config } = await examineText(text);
    expect(Object.keys(config?.networks ?? {})).to.have.members(['shop_default', '1001']);
    expect(text).to.include('#   - container: edge-traefik-1').and.to.include('via: gluetun');
    expect(text).to.not.include('shop-web-1');
  });

  const blocks = /^# (?:\w+:.*\n(?:# {3}.*\n)*| {2}.*\n(?:# {3}.*\n)*)/gm;
  const uncommented = (text: string): string => text.replace(/^# /gm, '');

  for (const [what, seen] of [
    ['nothing', undefined],
    ['an engine', observed],
  ] as const) {
    const start = startingConfig(seen, 's');

    it(`made from ${what} has no mistakes once every example is uncommented`, async () => {
      const text = start.replace(/^networks: \{\}$/m, '').replace(blocks, uncommented);
      const { problems, config } = await examineText(text);
      expect(problems).to.deep.equal([]);
      expect(config?.proxies).to.have.length(1);
      expect(config?.attachments).to.have.length(1);
      expect(config?.warp.routes).to.have.length(1);
      expect(config?.networks['vpn-net']?.egress).to.equal('warp');
      expect(config?.networks.backend?.internal).to.equal(true);
    });

    it(`made from ${what} has no mistakes once the proxies alone are uncommented`, async () => {
      const text = start.replace(blocks, block =>
        block.startsWith('# proxies:') ? uncommented(block) : block,
      );
      const { problems, config } = await examineText(text);
      expect(problems).to.deep.equal([]);
      expect(config?.proxies).to.have.length(1);
    });
  }
});

describe('writing a config', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-write-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('leaves a file that exists as it is', async () => {
    const file = join(folder, 'c.yaml');
    await writeFile(file, 'mine');
    const error: unknown = await writeConfig(file, 'theirs', false).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'config-exists', exit: 2 });
    expect(await readFile(file, 'utf8')).to.equal('mine');
    expect(await readdir(folder)).to.deep.equal(['c.yaml']);
  });

  it('replaces it when told to, and leaves no draft behind', async () => {
    const file = join(folder, 'c.yaml');
    await writeFile(file, 'mine');
    await writeConfig(file, 'theirs', true);
    expect(await readFile(file, 'utf8')).to.equal('theirs');
    expect(await readdir(folder)).to.deep.equal(['c.yaml']);
  });

  it('gives it to its owner to write and to all to read, less the umask', async () => {
    const file = join(folder, 'c.yaml');
    const before = process.umask(0o027);
    try {
      await writeConfig(file, '', false);
    } finally {
      process.umask(before);
    }
    expect(((await stat(file)).mode & 0o777).toString(8)).to.equal('640');
  });

  it('makes the folder where only that is missing', async () => {
    const file = join(folder, 'fairlead/c.yaml');
    await writeConfig(file, 'mine', false);
    expect(await readFile(file, 'utf8')).to.equal('mine');
  });

  it('is refused where more than the folder is missing, with the command that makes it', async () => {
    const file = join(folder, 'no/such/c.yaml');
    const error: unknown = await writeConfig(file, '', false).catch((thrown: unknown) => thrown);
    expect(error).to.deep.include({ code: 'config-unwritable', exit: 1 });
    expect(error).to.have.property(
      'message',
      `${file} could not be written: there is no folder ${join(folder, 'no')}.`,
    );
    expect(error)
      .to.have.property('hints')
      .that.deep.equals([`Make the folder: mkdir -p ${join(folder, 'no/such')}`]);
  });

  it('says why it cannot be written without the name of its draft', async () => {
    await writeFile(join(folder, 'plain'), '');
    const file = join(folder, 'plain/c.yaml');
    const error: unknown = await writeConfig(file, '', false).catch((thrown: unknown) => thrown);
    expect(error).to.have.property(
      'message',
      `${file} could not be written: a part of its path is a file, not a folder.`,
    );
  });
});
