import { startClient } from '../test/acceptance/client.js';
import { addHostAddress, hostAddress, startApp, startProxy } from '../test/acceptance/scene.js';
import { runContainer } from '../test/engine/containers.js';
import { fetchPage } from '../test/engine/fetch-page.js';
import type { PrivateEngine } from '../test/engine/private-engine.js';
import type { Stage } from './stage.js';

const apps = ['shop', 'blog', 'admin'] as const;

/** Fetches each application's page through the proxy's published port, as a client outside would. */
async function visit(engine: PrivateEngine, stage: Stage): Promise<void> {
  for (const app of apps) {
    const url = `http://${hostAddress}:8080/`;
    const { status, body } = await fetchPage(engine, url, { headers: { Host: `${app}.local` } });
    const [firstLine = ''] = body.split('\n');
    const text = `GET http://${app}.local/  →  ${String(status)} ${status === 200 ? firstLine : ''}`;
    if (status === 200) stage.good(text);
    else stage.bad(`${text}(the proxy shares no network with it)`);
  }
}

/** A proxy, three applications on networks of their own, and Fairlead bringing them together. */
export async function showJoining(engine: PrivateEngine, stage: Stage): Promise<void> {
  await addHostAddress(engine);

  stage.say('Networks exist as declared; a second run changes nothing');
  const backend = ['network', 'ensure', 'backend', '--internal', '--subnet', '10.128.7.0/24'];
  await stage.fairlead(engine.host, ...backend);
  await stage.fairlead(engine.host, ...backend);

  stage.say('nginx publishes port 8080; three applications live on networks of their own');
  await startProxy(engine, apps);
  for (const app of apps) await startApp(engine, app);
  await runContainer(engine, { name: 'shop-db', network: 'backend' });
  await visit(engine, stage);

  stage.say('A client holds a connection open through the published port from here to the end');
  const client = await startClient(engine, hostAddress, 8080, 'proxy.local');

  stage.say('The proxy joins exactly the networks it must route to');
  await stage.fairlead(engine.host, 'proxy', 'join');
  await visit(engine, stage);

  stage.say('The blog ends: its network is left, so that `compose down` can remove it');
  await engine.api('POST', '/containers/blog-web/kill');
  await stage.fairlead(engine.host, 'proxy', 'join');

  stage.say('Why is the proxy where it is?');
  await stage.fairlead(engine.host, 'proxy', 'list');
  await stage.fairlead(engine.host, 'network', 'list');

  const { held, heldBroken, fresh, freshFailed } = await client.end();
  stage.say('What the client saw meanwhile');
  const verdict = `${String(held)} requests over the connection it held, lost ${String(heldBroken)} times; `;
  const beside = `${String(fresh)} over connections of their own, ${String(freshFailed)} failed`;
  if (heldBroken + freshFailed === 0) stage.good(verdict + beside);
  else stage.bad(`${verdict}${beside} (this engine has no gateway priorities: Fairlead warned of it above)`);
}
