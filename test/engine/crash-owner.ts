/** Run by crash.test.ts as a process of its own, to be killed. */
import { runContainer } from './containers.js';
import { markEngine } from './engine-traces.js';
import { startEngine } from './private-engine.js';
import { bootSystemd } from './systemd-host.js';

const isBooted = process.argv[2] === 'systemd';
const engine = isBooted ? (await bootSystemd()).engine : await startEngine({ release: '28.5' });
await runContainer(engine, { name: 'running', publish: ['8080:80'] });
await runContainer(engine, {
  name: 'stubborn',
  init: false,
  hostConfig: { RestartPolicy: { Name: 'always' } },
});
const paused = await runContainer(engine, { name: 'paused' });
await engine.api('POST', `/containers/${paused}/pause`);
console.log(JSON.stringify(markEngine(engine)));
setInterval(() => undefined, 2 ** 30);
