#!/usr/bin/env node
// Builds what changed, then runs it: what runs is what ships.
import { build } from '../scripts/build.js';

await build();
const { main } = await import('../dist/cli/run.js');
await main(import.meta.url);
