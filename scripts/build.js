// Bundles src into dist (the same tree of commands, shared code in chunks) and writes oclif's manifest: both are
// what makes start-up fast. Nothing is left to resolve at run time. The shell's completion is made from the manifest.
//   node scripts/build.js [FOLDER]
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bashCompletion } from './completion.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

// What Fairlead never calls of its dependencies, by who asks for it. It would double the start-up.
const leftOut = {
  // BuildKit sessions, image builds, and an ssh client that checks no host keys (the system's is used in its place).
  dockerode: ['@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs', '@balena/dockerignore', 'tar-fs'],
  'docker-modem': ['ssh2'],
  // Commands found without a manifest, plugins by pattern, settings outside of package.json, whether Node is new
  // enough for oclif, and whether Windows is around Linux.
  '@oclif/core': ['tinyglobby', 'minimatch', 'lilconfig', 'semver', 'wsl-utils'],
};

function isLeftOut(path, importer) {
  return Object.entries(leftOut).some(
    ([owner, names]) => names.includes(path) && importer.includes(join('node_modules', owner, '/')),
  );
}

const leaveOut = {
  name: 'leave-out',
  setup({ onResolve, onLoad, resolve: resolveModule }) {
    onResolve({ filter: /^[^./]/ }, ({ path, importer }) =>
      isLeftOut(path, importer) ? { path, namespace: 'left-out' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
    // oclif's spinner with its 80 looks: Fairlead has its own, and the plain sibling does the same.
    onResolve({ filter: /^\.\/action\/spinner$/ }, ({ path, ...from }) =>
      resolveModule(path.replace('spinner', 'simple'), from),
    );
  },
};

/** oclif sorts what its manifest has sorted, in a way that loads the rules of all languages first. */
const sortPlainly = {
  name: 'sort-plainly',
  setup({ onLoad }) {
    onLoad({ filter: /@oclif[/\\]core[/\\]lib[/\\]config[/\\]plugin\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace('a.id.localeCompare(b.id)', '(a.id < b.id ? -1 : 1)');
      if (contents === source) throw new Error(`${path} sorts otherwise by now: is this still needed?`);
      return { contents };
    });
  },
};

const banner = `import { createRequire as __createRequire } from 'node:module';
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __pathDirname } from 'node:path';
const require = __createRequire(import.meta.url);
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __pathDirname(__filename);`;

async function commandFiles() {
  const entries = await readdir(join(root, 'src/commands'), { recursive: true });
  return entries.filter(name => name.endsWith('.ts')).map(name => join('src/commands', name));
}

/** The licences of what the bundle contains, as they ask to be passed on. */
async function writeNotices(metafile, into) {
  const packages = new Set(
    Object.keys(metafile.inputs).flatMap(input => {
      const found = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
      return found ? [found[0].slice(0, -1)] : [];
    }),
  );
  const notices = [];
  for (const folder of [...packages].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
    const file = ['LICENSE', 'LICENSE.md', 'license', 'LICENCE', 'LICENSE.txt', 'License', 'license.md']
      .map(candidate => join(root, folder, candidate))
      .find(existsSync);
    const text = file ? await readFile(file, 'utf8') : `Licence: ${license}\n`;
    notices.push(`${name} ${version}\n${'='.repeat(60)}\n${text.trim()}\n`);
  }
  await writeFile(join(into, 'THIRD-PARTY-NOTICES.txt'), notices.join('\n\n'));
}

async function writeManifest(into) {
  const { Plugin } = await import('@oclif/core/config');
  const file = join(into, 'oclif.manifest.json');
  const plugin = new Plugin({ root: into, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  await writeFile(file, `${JSON.stringify(plugin.manifest, null, 2)}\n`);
  const completions = join(into, 'completions');
  await mkdir(completions, { recursive: true });
  await writeFile(join(completions, 'fairlead.bash'), bashCompletion(plugin.manifest));
}

async function copyRest(into) {
  await cp(join(root, 'package.json'), join(into, 'package.json'));
  await cp(join(root, 'bin'), join(into, 'bin'), { recursive: true });
}

/** Builds the package where its source is, or as a whole into another folder, which then needs nothing else. */
export async function build(into = root) {
  const { build: bundle } = await import('esbuild');
  if (into !== root) await copyRest(into);
  // Whoever runs the program meanwhile keeps the old one until the new one is whole.
  const [dist, next, last] = ['dist', `.dist-new-${process.pid}`, `.dist-old-${process.pid}`].map(name =>
    join(into, name),
  );
  const { metafile } = await bundle({
    absWorkingDir: root,
    entryPoints: ['src/cli/run.ts', ...(await commandFiles())],
    outdir: next,
    outbase: 'src',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    legalComments: 'none',
    banner: { js: banner },
    external: ['cpu-features', '*.node', 'typescript'],
    // docker-modem brings the streams of older Nodes along.
    alias: { 'readable-stream': 'node:stream' },
    plugins: [leaveOut, sortPlainly],
    logLevel: 'warning',
  });
  if (existsSync(dist)) await rename(dist, last);
  await rename(next, dist);
  await rm(last, { recursive: true, force: true });
  await writeNotices(metafile, into);
  await writeManifest(into);
}

if (process.argv[1] && relative(process.argv[1], fileURLToPath(import.meta.url)) === '') {
  await build(process.argv[2] && resolve(process.argv[2]));
}
