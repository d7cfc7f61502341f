// Loaded before the program (`node --import`): counts the tools that it starts to change something, and ends it by
// SIGKILL at one of them.
//   FAIRLEAD_TEST_TOOLS=FILE       a line for each of them, when it is started
//   FAIRLEAD_TEST_KILL_AT=N WHEN   at the Nth, counted from 1: `before` it is started, `during` it, or `after` its end
import childProcess from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { FAIRLEAD_TEST_TOOLS: file, FAIRLEAD_TEST_KILL_AT: killAt = '0 never' } = process.env;
const [number, when] = killAt.split(' ');
const { spawn } = childProcess;
/** All others only read. */
const isChange = / -[46] -batch | -f -$|\/tee |tables-\S+ .*-[AIDNXF] /;
let count = 0;

function die() {
  process.kill(process.pid, 'SIGKILL');
}

childProcess.spawn = (command, args, options) => {
  const line = [command, ...args].join(' ');
  if (!isChange.test(line)) return spawn(command, args, options);
  count += 1;
  const isIt = count === Number(number);
  appendFileSync(file, `${line}\n`);
  if (isIt && when === 'before') die();
  const child = spawn(command, args, options);
  if (isIt && when === 'during') die();
  if (isIt && when === 'after') child.on('exit', die);
  return child;
};
syncBuiltinESMExports();
