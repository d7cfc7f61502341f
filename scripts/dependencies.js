// Installs what package-lock.json names, unless it is installed already: every command of the README works on a
// fresh clone with nothing but Node.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Runs a program with this terminal's own streams; ends the process with its exit code where that is not 0. */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) {
    console.error(`Could not run ${program}: ${error.message}`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Fairlead needs Node 20.19 or later; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Times of files say nothing after a checkout: the versions decide. */
function installedAsLocked() {
  try {
    const versions = file =>
      JSON.stringify(
        Object.entries(JSON.parse(readFileSync(join(root, file), 'utf8')).packages)
          .filter(([name, { optional }]) => name !== '' && !optional)
          .map(([name, { version }]) => [name, version])
          .sort(),
      );
    return versions('node_modules/.package-lock.json') === versions('package-lock.json');
  } catch {
    return false;
  }
}

export function ensureDependencies() {
  checkNode();
  if (installedAsLocked()) return;
  console.log('Installing dependencies (npm ci)');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
}
