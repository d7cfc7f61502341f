#!/usr/bin/env node
import module from 'node:module';
import { userInfo } from 'node:os';

try {
  userInfo();
} catch {
  // A user ID without a name, as in many a container: what is loaded below asks for its home and shell at once.
  process.env.HOME ??= '/';
  process.env.SHELL ??= '/bin/sh';
}

// Saves start-up where Node has it (22.8 and later); as root nothing is left in a shared folder.
if (process.getuid?.() !== 0) module.enableCompileCache?.();

// What a library of ours should write otherwise is for us to know, not for whoever reads standard error.
process.noDeprecation = true;

const { main } = await import('../dist/cli/run.js');
await main(import.meta.url);
