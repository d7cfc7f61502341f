import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EngineError } from '../../../src/lib/docker/failures/engine-error.js';
import { ExitCode } from '../../../src/lib/model/errors.js';
import { exitCodeOf } from '../../../src/lib/model/report.js';
import { fileJournal } from '../../../src/lib/reconcile/journal/file-journal.js';
import { begunWhereReadable } from '../../../src/lib/reconcile/journal/journal-steps.js';
import { Memory } from '../../../src/lib/reconcile/observe/memory.js';
import { folderOf } from '../../../src/lib/reconcile/journal/journal-files.js';
import { lines, WarpStage } from '../../support/warp-stage.js';

const url = 'unix:///run/docker.sock';

function waysIn(scene: WarpStage): number {
  const { routes } = scene.kernel.namespace(scene.idOf('worker')).routing;
  return routes.filter(({ type }) => type === 'via').length;
}

/** Something to do for each job; `old` is an app's network that nobody declares any more. */
function stage(): WarpStage {
  const scene = new WarpStage();
  scene.addNetwork('net');
  scene.addNetwork('plain');
  scene.addNetwork('old', { Labels: { 'fairlead.managed': 'true', 'fairlead.app': 'gone' } });
  scene.addNetwork('drifted', { Labels: { 'fairlead.managed': 'true' } });
  scene.run('vpn', { networks: ['net'] });
  scene.run('worker', { networks: ['net'], labels: { 'fairlead.warp': 'vpn' } });
  scene.run('api', { networks: ['bridge'], labels: { tier: 'x' } });
  scene.config = {
    ...scene.config,
    networks: { missing: {}, drifted: { internal: true, on_drift: 'recreate' }, plain: { external: true } },
    attachments: [{ select: { labels: ['tier'] }, networks: ['plain'] }],
  } as unknown as WarpStage['config'];
  return scene;
}

const namesOf = ({ daemon }: WarpStage): string[] => daemon.networks.map(({ Name }) => Name).sort();

describe('A journal that cannot be read', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-unread-'));
    await mkdir(folderOf(folder, url));
    await writeFile(join(folderOf(folder, url), 'recreate-x.json'), '{}');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('keeps networks as they are, says which file it is, and holds up nothing else', async () => {
    const scene = stage();
    const before = namesOf(scene);
    const journal = fileJournal(folder, { url }, process.pid);
    scene.journal.pending = () => journal.pending();
    const { report } = await scene.pass();
    const said = lines(report);
    expect(said.join('\n')).to.include('done connect api');
    expect(waysIn(scene)).to.equal(1);
    expect(namesOf(scene)).to.deep.equal(before);
    const refused = said.filter(line => line.startsWith('refused'));
    expect(refused.map(line => line.replace(/:.*/, ''))).to.deep.equal([
      'refused missing',
      'refused drifted',
    ]);
    for (const line of refused) {
      expect(line).to.match(/: no network is created, recreated or removed: Could not read the journal/);
      expect(line).to.include('recreate-x.json');
    }
    expect(exitCodeOf(report)).to.equal(ExitCode.failed);

    scene.stop('vpn');
    await scene.pass();
    expect(waysIn(scene)).to.equal(0);
  });

  it('is told also where no network would be touched, and asked by no pass that leaves networks out', async () => {
    const scene = stage();
    scene.config = { ...scene.config, networks: {} };
    let asked = 0;
    const journal = fileJournal(folder, { url }, process.pid);
    scene.journal.pending = () => {
      asked += 1;
      return journal.pending();
    };
    await scene.pass({}, { only: ['attachments', 'proxies', 'warps'] });
    expect(asked).to.equal(0);
    const { report } = await scene.pass();
    expect(lines(report).filter(line => line.startsWith('refused'))).to.have.lengthOf(1);
    expect(asked).to.equal(1);
  });
});

describe('An engine that does not say who it is', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-slow-'));
    await mkdir(folderOf(folder, 'another'));
    await writeFile(join(folderOf(folder, 'another'), 'recreate-x.json'), '{}');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is asked once, however many passes there are, and again when it may be another one', async () => {
    let asked = 0;
    const id = (): Promise<string> => {
      asked += 1;
      return Promise.resolve('e5c1f0c4');
    };
    const journal = fileJournal(folder, { url, id }, process.pid);
    for (let i = 0; i < 3; i += 1) await journal.pending();
    expect(asked).to.equal(1);
    journal.forgetEngine();
    await journal.pending();
    expect(asked).to.equal(2);
  });

  it('holds up no pass of a watch for long, and its late answer is that of the next one', async () => {
    let answer: (id: string) => void = () => undefined;
    let asked = 0;
    let reached: () => void = () => undefined;
    const isAsked = new Promise<void>(resolve => (reached = resolve));
    const id = (): Promise<string> => {
      asked += 1;
      reached();
      return new Promise(resolve => (answer = resolve));
    };
    const journal = fileJournal(folder, { url, id }, process.pid);
    const pass = new AbortController();
    const first = await begunWhereReadable(journal, { signal: pass.signal, waitMs: 1 });
    expect(first.unknown?.why).to.include('has not said yet who it is');
    pass.abort();
    // The pass may not have waited for the journal's folder to be read.
    await isAsked;
    answer('e5c1f0c4');
    expect(await begunWhereReadable(journal, { waitMs: 60_000 })).not.to.have.property('unknown');
    expect(asked).to.equal(1);
  });

  it('is asked no longer when a watch ends, and that is no answer', async () => {
    let reached: () => void = () => undefined;
    const isAsked = new Promise<void>(resolve => (reached = resolve));
    const id = (signal?: AbortSignal): Promise<string> =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new EngineError('ended', { failure: 'aborted' })));
        reached();
      });
    const journal = fileJournal(folder, { url, id }, process.pid);
    const waiting = begunWhereReadable(journal, { waitMs: 60_000 });
    await isAsked;
    journal.forgetEngine();
    expect((await waiting).unknown?.why).to.equal('ended');
  });

  it('fails no pass: networks stay as they are for that one', async () => {
    const scene = stage();
    const id = (): Promise<string> => Promise.reject(new EngineError('too slow', { failure: 'timeout' }));
    const journal = fileJournal(folder, { url, id }, process.pid);
    scene.journal.pending = () => journal.pending();
    const { report } = await scene.pass({}, { memory: new Memory() });
    expect(lines(report).join('\n')).not.to.include('connect api');
    expect(lines(report)).to.include('refused : no container joins or leaves a network: too slow');
    expect(lines(report)).to.include(
      'refused missing: no network is created, recreated or removed: too slow',
    );
    expect(waysIn(scene)).to.equal(1);
  });
});

describe('A network of which it cannot be read what is left on it', () => {
  it('is not recreated, which is said, and holds up nothing else', async () => {
    const scene = stage();
    const [drifted] = scene.daemon.networks.filter(({ Name }) => Name === 'drifted');
    scene.engine.listGhosts = () => Promise.reject(new EngineError('it burns', { failure: 'transient' }));
    const { report } = await scene.pass();
    expect(lines(report).join('\n')).to.match(/done create missing/);
    expect(waysIn(scene)).to.equal(1);
    expect(scene.daemon.networks).to.include(drifted);
    const [drift] = report.findings.filter(({ find }) => find === 'drift');
    expect(drift?.network).to.equal('drifted');
    expect(drift?.hints).to.deep.equal(['what is left on it could not be read: it burns']);
  });
});
