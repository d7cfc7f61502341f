import { readdir, unlink } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import type { WatchReport } from '../../lib/watch/watch-report.js';
import { isSocketName, runtimeFolder } from './runtime-folder.js';

const patienceMs = 1000;
/** More than this no watch has to say. */
const longestAnswer = 1 << 20;

type Answer = { readonly report: WatchReport } | { readonly failure: string };

function isReport(value: unknown): value is WatchReport {
  return (
    typeof value === 'object' && value !== null && 'pid' in value && 'link' in value && 'failing' in value
  );
}

function ask(socketPath: string): Promise<Answer> {
  return new Promise(resolve => {
    const fail = (error: NodeJS.ErrnoException): void => resolve({ failure: error.code ?? error.message });
    const question = request({ socketPath, path: '/status', timeout: patienceMs }, response => {
      let text = '';
      response.setEncoding('utf8').on('error', fail);
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > longestAnswer) response.destroy(new Error('too much'));
      });
      response.on('end', () => {
        try {
          const report: unknown = JSON.parse(text);
          resolve(isReport(report) ? { report } : { failure: 'no status' });
        } catch {
          resolve({ failure: 'no JSON' });
        }
      });
    });
    question.on('timeout', () => question.destroy(new Error('timeout')));
    question.on('error', fail).end();
  });
}

/** What every watch of this user says of itself; the socket of one that was killed is removed. */
export async function runningWatches(): Promise<WatchReport[]> {
  const folder = runtimeFolder(process.env, process.getuid?.());
  const files = folder === undefined ? [] : await readdir(folder).catch((): string[] => []);
  const answers = await Promise.all(
    files.filter(isSocketName).map(async file => {
      const path = join(folder ?? '', file);
      const answer = await ask(path);
      if ('failure' in answer && answer.failure === 'ECONNREFUSED') await unlink(path).catch(() => undefined);
      return answer;
    }),
  );
  return answers.flatMap(answer => ('report' in answer ? [answer.report] : []));
}
