import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureOf } from '../../docker/rejection.js';
import { idOf } from '../../support/world.js';
import type { RecreateNetwork } from '../../../src/lib/model/step.js';
import { EngineError } from '../../../src/lib/docker/failures/engine-error.js';
import { fileJournal } from '../../../src/lib/reconcile/journal/file-journal.js';
import type { RecreationRecord } from '../../../src/lib/reconcile/journal/journal.js';

const url = 'unix:///run/docker.sock';

const step: RecreateNetwork = {
  do: 'recreate-network',
  job: 'networks',
  reason: 'internal: false → true',
  network: { id: idOf('shared'), name: 'shared' },
  spec: { name: 'shared', internal: true },
  previous: { name: 'shared' },
  members: [],
};
const record: RecreationRecord = { version: 1, direction: 'forward', step };

describe('The journal of recreations', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-journal-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A process that has ended: its number says nothing any more. */
  async function endedProcess(): Promise<number> {
    const child = spawn(process.execPath, ['-e', '0']);
    await once(child, 'exit');
    return child.pid ?? 0;
  }

  it('gives back what was written, until it is crossed out', async () => {
    const journal = fileJournal(folder, { url }, process.pid);
    expect(await journal.pending()).to.deep.equal({ unfinished: [], underWay: [] });
    await journal.write(record);
    expect((await journal.pending()).unfinished).to.deep.equal([record]);
    await journal.clear('shared');
    expect((await journal.pending()).unfinished).to.deep.equal([]);
  });

  it('is each engine’s own', async () => {
    await fileJournal(folder, { url }, process.pid).write(record);
    const other = fileJournal(folder, { url: 'unix:///run/other.sock' }, process.pid);
    expect((await other.pending()).unfinished).to.deep.equal([]);
  });

  it('is the engine’s own by whatever address it is reached, and takes over what was begun by an address', async () => {
    const id = (): Promise<string> => Promise.resolve('e5c1f0c4');
    const elsewhere = { url: 'unix:///var/run/docker.sock', id };
    const begun = fileJournal(folder, { url, id }, process.pid);
    const release = await begun.claim('shared');
    await begun.write(record);
    const other = fileJournal(folder, elsewhere, process.pid);
    expect(await other.pending()).to.deep.equal({ unfinished: [], underWay: ['shared'] });
    expect((await failureOf(other.claim('shared'))).message).to.include('Another run is recreating');
    await release();
    expect((await other.pending()).unfinished).to.deep.equal([record]);
    const stranger = { url: 'unix:///run/other.sock', id: () => Promise.resolve('another') };
    expect((await fileJournal(folder, stranger, process.pid).pending()).unfinished).to.deep.equal([]);
    await begun.clear('shared');

    // As earlier versions wrote it, and as it is written where the engine does not say who it is.
    await fileJournal(folder, { url }, process.pid).write(record);
    const later = fileJournal(folder, { url, id }, process.pid);
    expect((await later.pending()).unfinished).to.deep.equal([record]);
    await (
      await later.claim('shared')
    )();
    await later.write({ ...record, direction: 'back' });
    expect((await later.pending()).unfinished.map(({ direction }) => direction)).to.deep.equal(['back']);
    await later.clear('shared');
    expect((await later.pending()).unfinished).to.deep.equal([]);
  });

  it('does not ask an engine who it is where nothing was begun', async () => {
    const id = (): Promise<string> => Promise.reject(new EngineError('asked', { failure: 'unreachable' }));
    const journal = fileJournal(folder, { url, id }, process.pid);
    expect(await journal.pending()).to.deep.equal({ unfinished: [], underWay: [] });
    await (
      await fileJournal(folder, { url }, process.pid).claim('shared')
    )();
    expect(await journal.pending()).to.deep.equal({ unfinished: [], underWay: [] });
    await fileJournal(folder, { url }, process.pid).write(record);
    expect((await failureOf(journal.pending())).message).to.equal('asked');
  });

  it('lets one run at a time recreate a network, and tells the others', async () => {
    const first = fileJournal(folder, { url }, process.pid);
    const release = await first.claim('shared');
    await first.write(record);
    const second = fileJournal(folder, { url }, process.pid);
    expect(await second.pending()).to.deep.equal({ unfinished: [], underWay: ['shared'] });
    const refused = await failureOf(second.claim('shared'));
    expect(refused.message).to.equal('Another run is recreating network shared right now.');
    await release();
    await (
      await second.claim('shared')
    )();
  });

  it('takes over from a run that was killed', async () => {
    const killed = fileJournal(folder, { url }, await endedProcess());
    await killed.claim('shared');
    await killed.write(record);
    const next = fileJournal(folder, { url }, process.pid);
    expect((await next.pending()).unfinished).to.deep.equal([record]);
    const claims = await Promise.allSettled(Array.from({ length: 8 }, () => next.claim('shared')));
    expect(claims.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('refuses to go on with a file it did not write, and names it', async () => {
    const journal = fileJournal(folder, { url }, process.pid);
    await journal.write(record);
    const [file = ''] = (await readdir(folder, { recursive: true })).filter(name => name.endsWith('.json'));
    for (const text of ['', '{"version":2}', 'null', '[]']) {
      await writeFile(join(folder, file), text);
      const refused = await failureOf(journal.pending());
      expect(refused.message).to.include(file);
    }
  });

  it('refuses to begin where it cannot be written', async () => {
    await writeFile(join(folder, 'file'), '');
    const journal = fileJournal(join(folder, 'file'), { url }, process.pid);
    const refused = await failureOf(journal.claim('shared'));
    expect(refused.code).to.equal('journal');
  });
});
