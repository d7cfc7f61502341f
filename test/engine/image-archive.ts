import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cached } from './cache.js';
import { EngineApiError } from './engine-errors.js';
import type { PrivateEngine } from './private-engine.js';

export interface ImageRecipe {
  readonly name: string;
  /** Names what is in the cache: to be raised with every change of `fill`. */
  readonly revision: number;
  /** Dockerfile instructions such as `CMD ["sh"]`. */
  readonly changes: readonly string[];
  /** Puts the image's files into `root`; `work` is for what is needed meanwhile. */
  fill(root: string, work: string): Promise<void>;
}

/** Makes an image known to an engine, from the cached archive of its files, and returns its name. */
export async function loadImage(engine: PrivateEngine, recipe: ImageRecipe): Promise<string> {
  if (await hasImage(engine, recipe.name)) return recipe.name;
  const archive = await imageArchive(recipe);
  const query = new URLSearchParams([
    ['fromSrc', '-'],
    ['repo', recipe.name],
    ['tag', 'latest'],
    ...recipe.changes.map(change => ['changes', change] as [string, string]),
  ]);
  const progress = await engine.raw.upload(
    'POST',
    `/images/create?${query.toString()}`,
    createReadStream(archive),
  );
  // The engine says 200 before it begins, and tells of a failure in what follows.
  if (progress.includes('"error"'))
    throw new EngineApiError(`import of ${recipe.name}`, 200, progress.trim());
  return recipe.name;
}

async function hasImage(engine: PrivateEngine, name: string): Promise<boolean> {
  try {
    await engine.api('GET', `/images/${name}:latest/json`);
    return true;
  } catch (error) {
    if (error instanceof EngineApiError && error.status === 404) return false;
    throw error;
  }
}

/** The archive of an image's files, made the first time. */
export async function imageArchive(recipe: ImageRecipe): Promise<string> {
  const folder = await cached(
    `image-${recipe.name.replace('/', '-')}-${String(recipe.revision)}`,
    async draft => {
      const root = join(draft, 'root');
      const work = join(draft, 'work');
      await mkdir(root);
      await mkdir(work);
      await recipe.fill(root, work);
      const owner = ['--owner=0', '--group=0', '--numeric-owner'];
      await execa('tar', ['-C', root, ...owner, '--sort=name', '-cf', join(draft, 'image.tar'), '.']);
      await Promise.all([root, work].map(each => rm(each, { recursive: true })));
    },
  );
  return join(folder, 'image.tar');
}
