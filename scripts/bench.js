// Measures what a user waits for. Installs what is missing and builds first: what is measured is what ships.
import { build } from './build.js';
import { ensureDependencies, root, run } from './dependencies.js';

ensureDependencies();
await build();
for (const bench of ['startup', 'pass', 'apply']) {
  console.log('');
  run(process.execPath, ['--import', 'tsx', `bench/${bench}.ts`], { cwd: root });
}
