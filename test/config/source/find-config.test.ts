import { expect } from 'chai';
import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig, locateConfig } from '../../../src/lib/config/load.js';
import { findConfig, type SearchPlaces } from '../../../src/lib/config/source/find-config.js';
import { largestFile, readSource } from '../../../src/lib/config/source/read-source.js';

describe('the config file', () => {
  let root: string;
  let places: SearchPlaces;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'fairlead-find-'));
    places = {
      workingDirectory: join(root, 'work'),
      userDirectory: join(root, 'user'),
      systemDirectory: join(root, 'etc'),
    };
    await mkdir(places.workingDirectory);
  });
  afterEach(() => rm(root, { recursive: true }));

  async function put(file: string, text = ''): Promise<string> {
    const path = join(root, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    return path;
  }

  async function found(): Promise<string | undefined> {
    return (await findConfig(places))?.file;
  }

  it('is nothing where there is none', async () => {
    expect(await found()).to.equal(undefined);
    const loaded = await loadConfig({
      workingDirectory: places.workingDirectory,
      env: {},
      homeDirectory: root,
      systemDirectory: places.systemDirectory,
    });
    expect(loaded.config.logging.level).to.equal('info');
  });

  it('is the first of the working directory, the user and the system, and of the names there', async () => {
    const order = [
      ...[
        'etc/fairlead.json',
        'etc/fairlead.yaml',
        'user/fairlead/fairlead.toml',
        'user/fairlead/fairlead.yaml',
      ],
      ...[
        'work/.fairleadrc.json',
        'work/.fairleadrc',
        'work/fairlead.json',
        'work/fairlead.toml',
        'work/fairlead.yml',
        'work/fairlead.yaml',
      ],
    ];
    for (const file of order) {
      const path = await put(file);
      expect(await found()).to.equal(path);
    }
  });

  it('is the fairlead key of a package.json, if it has one', async () => {
    const path = await put('work/package.json', '{"name": "x"}');
    expect(await found()).to.equal(undefined);
    await writeFile(path, '{\n  "name": "x",\n  "fairlead": { "fail_fast": true, "netwroks": {} }\n}');
    expect(await findConfig(places)).to.deep.equal({ file: path, property: 'fairlead', shadowed: [] });
    const request = { workingDirectory: places.workingDirectory, env: {}, homeDirectory: root };
    const error = await loadConfig(request).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error)
      .to.have.property('problems')
      .with.nested.property('[0]')
      .that.includes({ line: 3, column: 36 });
  });

  it('is not looked for in a package.json that is none', async () => {
    await put('work/package.json', '{"fairlead": ');
    expect(await found()).to.equal(undefined);
  });

  it('has a warning for others beside it that are not read', async () => {
    await put('work/fairlead.yaml');
    const ignored = await put('work/fairlead.toml');
    const source = await locateConfig({
      workingDirectory: places.workingDirectory,
      env: {},
      homeDirectory: root,
    });
    expect(source?.warnings.map(({ file }) => file)).to.deep.equal([ignored]);
  });

  it('runs nothing that lies in the working directory', async () => {
    const marker = join(root, 'ran');
    const script = `require('fs').writeFileSync(${JSON.stringify(marker)}, ''); module.exports = {};`;
    const names = [
      '.config/config.js',
      '.config/config.cjs',
      'fairlead.config.js',
      '.fairleadrc.js',
      '.fairleadrc.cjs',
      'fairlead.js',
    ];
    for (const name of names) await put(`work/${name}`, script);
    await put(
      'work/package.json',
      JSON.stringify({ cosmiconfig: { searchPlaces: ['fairlead.js', '.fairleadrc.js'] } }),
    );
    await put('work/fairlead.yaml', '$import: ./fairlead.js');
    const before = process.cwd();
    process.chdir(places.workingDirectory);
    try {
      expect(await found()).to.equal(join(places.workingDirectory, 'fairlead.yaml'));
    } finally {
      process.chdir(before);
    }
    const ran = await readSource(marker).then(
      () => true,
      () => false,
    );
    expect(ran).to.equal(false);
  });

  it('must exist where it is named, by flag or variable', async () => {
    const request = { workingDirectory: places.workingDirectory, homeDirectory: root };
    const missing = join(root, 'missing.yaml');
    for (const named of [{ file: missing, env: {} }, { env: { FAIRLEAD_CONFIG: missing } }]) {
      const error = await locateConfig({ ...request, ...named }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).to.include({ code: 'config-unreadable', exit: 2 });
      expect(error).to.have.property('message').that.includes('there is no such file');
    }
  });

  it('is the one of the flag before that of the variable, and none where the variable is empty', async () => {
    const [flag, variable] = [await put('a.yaml'), await put('b.yaml')];
    const request = { workingDirectory: places.workingDirectory, homeDirectory: root };
    const both = await locateConfig({ ...request, file: flag, env: { FAIRLEAD_CONFIG: variable } });
    expect(both?.file).to.equal(flag);
    await put('work/fairlead.yaml');
    expect(await locateConfig({ ...request, env: { FAIRLEAD_CONFIG: '' } })).to.equal(undefined);
  });

  it('is refused where it is too large, no text, a directory or a circle of links', async () => {
    const circle = join(root, 'circle');
    await symlink(circle, circle);
    const refused: readonly [file: string, why: RegExp][] = [
      [await put('large.yaml', 'x'.repeat(10 * 1024 * 1024)), /larger than 512 KiB/],
      ['/dev/zero', /larger than 512 KiB/],
      [root, /directory/],
      [circle, /circle/],
    ];
    const binary = await put('binary.yaml');
    await writeFile(binary, Buffer.from([0x61, 0xff, 0xfe]));
    for (const [file, why] of [...refused, [binary, /no UTF-8/] as const]) {
      const error = await readSource(file).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error, file).to.have.property('message').that.matches(why);
    }
  });

  it('takes as much as is allowed, and a byte order mark', async () => {
    const file = await put('full.yaml', `\ufeff${'#'.repeat(largestFile - 3)}`);
    expect((await readSource(file)).text).to.have.length(largestFile - 3);
  });

  it('that others can write to or own is a warning to root and to nobody else', async function () {
    const file = await put('open.yaml');
    await chmod(file, 0o666);
    expect((await readSource(file, { uid: 1000 })).warnings).to.deep.equal([]);
    if (process.getuid?.() === 0) await chown(file, 1000, 1000);
    const messages = (await readSource(file, { uid: 0 })).warnings.map(({ message }) => message);
    expect(messages.some(message => message.includes('anyone can write'))).to.equal(true);
    expect(messages.some(message => message.includes('belongs to user'))).to.equal(true);
  });
});
