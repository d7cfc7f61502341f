// Loaded before a program (`node --import`): at SIGUSR2 it frees what is free and writes how much is left, in bytes, to
// the file FAIRLEAD_TEST_HEAP_FILE names, a line each time. What is measured otherwise is the collector's moods.
import { appendFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('SIGUSR2', () => {
  collect();
  // What waits for the next turn, weak references for one, is let go in it.
  setImmediate(() => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    appendFileSync(process.env.FAIRLEAD_TEST_HEAP_FILE, `${heapUsed + external}\n`);
  });
});
