// Measures what a user waits for. Installs what is missing and builds first: what is measured is what ships.
import { build } from './build.js';
import { ensureDependencies, root, run } from './dependencies.js';

ensureDependencies();
await build();
// `npm run bench -- warps watch` runs these, which take minutes; without any, those that take less.
const chosen = process.argv.slice(2).filter(argument => !argument.startsWith('--'));
const flags = process.argv.slice(2).filter(argument => argument.startsWith('--'));
for (const bench of chosen.length > 0 ? chosen : ['startup', 'pass', 'apply']) {
  console.log('');
  run(process.execPath, ['--import', 'tsx', `bench/${bench}.ts`, ...flags], { cwd: root });
}
