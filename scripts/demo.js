// npm run demo: the main job on a private engine, from a fresh clone. Needs root on Debian, and nothing else.
import { build } from './build.js';
import { ensureDependencies, run } from './dependencies.js';

ensureDependencies();
await build();
run(process.execPath, ['--import', 'tsx', 'demo/demo.ts', ...process.argv.slice(2)]);
