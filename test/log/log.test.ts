import { expect } from 'chai';
import { createLog } from '../../src/lib/log/create-log.js';
import type { LogFormat } from '../../src/lib/log/log-line.js';
import type { Log, LogLevel } from '../../src/lib/model/log.js';

function lines(format: LogFormat, journal: boolean, level: LogLevel, tell: (log: Log) => void): string[] {
  const written: string[] = [];
  const now = (): Date => new Date(2026, 0, 2, 3, 4, 5);
  tell(createLog({ level, format, journal, write: line => written.push(line), now }));
  return written;
}

const everything = (log: Log): void => {
  log.debug('looked', { ms: 3 });
  log.info('joined', { network: 'shop default' });
  log.warn('odd');
  log.error('failed', { error: 'line\nbreak \u001b[31m' });
};

describe('A log', () => {
  it('has a priority for the journal and no time, which the journal knows', () => {
    expect(lines('text', true, 'debug', everything)).to.deep.equal([
      '<7>looked ms=3\n',
      '<6>joined network="shop default"\n',
      '<4>odd\n',
      '<3>failed error="line\\\\nbreak \\\\e[31m"\n',
    ]);
  });

  it('names the level where nobody reads priorities', () => {
    expect(lines('text', false, 'warn', everything)[0]).to.equal('warn: odd\n');
  });

  it('is one object a line as JSON', () => {
    const [line = ''] = lines('json', false, 'info', everything);
    expect(JSON.parse(line)).to.deep.include({ level: 'info', message: 'joined', network: 'shop default' });
  });

  it('tells the time to a person', () => {
    expect(lines('pretty', false, 'info', everything)[0]).to.equal(
      '03:04:05 info  joined network="shop default"\n',
    );
  });

  it('leaves out what is below its level', () => {
    expect(lines('text', false, 'error', everything)).to.have.length(1);
    expect(lines('text', false, 'info', everything)).to.have.length(3);
  });
});
