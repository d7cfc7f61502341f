#!/usr/bin/env node
import module from 'node:module';

// Saves start-up where Node has it (22.8 and later); as root nothing is left in a shared folder.
if (process.getuid?.() !== 0) module.enableCompileCache?.();

const { main } = await import('../dist/cli/run.js');
await main(import.meta.url);
