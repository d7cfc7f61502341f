// The whole test command: installs, builds, checks, then runs the unit tests and the tests on real engines.
//   npm test               everything
//   npm test -- --unit     without the engines, so without root
import { spawn } from 'node:child_process';
import { build } from './build.js';
import { ensureDependencies, root } from './dependencies.js';

const unitOnly = process.argv.includes('--unit');

/** Runs a check without a word, and gives its exit code and all that it said. */
function checked(name) {
  return new Promise(resolve => {
    const child = spawn('npm', ['run', '--silent', name], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', text => (said += text));
    }
    child.on('error', error => resolve({ name, code: 1, said: `Could not run npm: ${error.message}\n` }));
    child.on('close', code => resolve({ name, code: code ?? 1, said }));
  });
}

/** Runs mocha with its output shown, and counts what it says at its end. */
function mocha(args) {
  return new Promise(resolve => {
    const child = spawn('npx', ['--no-install', 'mocha', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', chunk => {
      process.stdout.write(chunk);
      output = (output + chunk).slice(-100_000);
    });
    child.on('close', code => {
      const count = word => Number(new RegExp(`^ *(\\d+) ${word}`, 'm').exec(output)?.[1] ?? 0);
      resolve({ code, passed: count('passing'), failed: count('failing') });
    });
  });
}

function heading(text) {
  console.log(`\n— ${text}`);
}

ensureDependencies();
heading('Building');
await build();
// Side by side, for each of them keeps one processor busy; but the last, which builds the package again.
for (const together of [['lint', 'typecheck', 'format:check', 'knip'], ['publint']]) {
  for (const check of together.map(checked)) {
    const { name, code, said } = await check;
    heading(`Checking: ${name}`);
    process.stdout.write(said);
    if (code !== 0) process.exitCode = code;
  }
}
if (process.exitCode) process.exit();
const results = [];
heading('Unit tests');
results.push(await mocha([]));
if (!unitOnly) {
  heading('Tests on real engines');
  results.push(await mocha(['--config', '.mocharc.engine.json']));
}
const sum = key => results.reduce((total, result) => total + result[key], 0);
const broken = results.some(({ code, passed }) => code !== 0 || passed === 0);
console.log(`\n${sum('passed')} passed, ${Math.max(sum('failed'), broken ? 1 : 0)} failed`);
process.exitCode = broken ? 1 : 0;
