import { expect } from 'chai';
import { watchLines } from '../../src/lib/report/watches.js';
import { watchReport } from '../../src/lib/watch/watch-report.js';

const engine = 'unix:///run/docker.sock';
const identity = { pid: 7, config: '/etc/fairlead.yaml', engine, startedAt: 0 };
const status = {
  link: 'connected',
  passes: 3,
  passRunning: false,
  stuck: false,
  lastGoodPassAt: 58_000,
  failing: [],
  breaker: { is: 'closed' },
} as const;

describe('The lines of running watches', () => {
  it('name the engine of a watch that keeps another one', () => {
    const report = watchReport(identity, status, 60_000);
    const rest = '(pid 7, for 60 s, /etc/fairlead.yaml), last pass 2 s ago';
    expect(watchLines([report], engine)).to.deep.equal([`watch  follows the engine ${rest}`]);
    const named = [`watch  follows the engine ${engine} ${rest}`];
    expect(watchLines([report], 'unix:///other.sock')).to.deep.equal(named);
    expect(watchLines([report])).to.deep.equal(named);
  });

  it('say since when the config on disk is refused', () => {
    const report = watchReport(identity, status, 60_000, { configRefusedAt: 50_000 });
    expect(report).to.have.property('configRefusedForMs', 10_000);
    expect(watchLines([report], engine)[1]).to.equal(
      '  x the config on disk is refused for 10 s, and the one before it in force: fairlead validate-config',
    );
    expect(watchReport(identity, status, 60_000)).not.to.have.property('configRefusedForMs');
  });
});
