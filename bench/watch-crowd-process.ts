// The engine of a crowded host on a socket, in a process of its own. What it is told to do it does and tells of, as
// many times as it is told to; its answer is how often its containers were listed since the last time.
import { serve } from '../test/support/fake-server.js';
import { crowdedHost } from './crowd.js';

export type Happening = 'nothing' | 'exec' | 'health' | 'restart';

const daemon = crowdedHost();
const server = await serve(daemon);
const member = 'app007-db-1';

function happen(what: Happening): void {
  if (what === 'exec') {
    daemon.events.emit({ action: 'exec_start: true', id: daemon.container(member).Id });
  } else if (what === 'health') {
    daemon.setHealth(member, 'healthy');
  } else if (what === 'restart') {
    daemon.stop(member);
    daemon.start(member);
  }
}

process.send?.(server.host);
process.on('message', ([what, times]: [Happening, number]) => {
  for (let left = times; left > 0; left -= 1) happen(what);
  const lists = daemon.calls.filter(call => call === 'GET /containers/json').length;
  daemon.calls.length = 0;
  process.send?.(lists);
});
process.on('disconnect', () => void server.close());
