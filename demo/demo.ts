import { EngineUnavailableError } from '../test/engine/engine-errors.js';
import { startEngine } from '../test/engine/private-engine.js';
import { isRelease } from '../test/engine/releases.js';
import { showJoining } from './joining.js';
import { Stage } from './stage.js';

/** Starts a private engine, plays the scene on it, and leaves nothing behind. */
async function main(): Promise<void> {
  const release = process.argv[2] ?? '28.5';
  if (!isRelease(release)) throw new RangeError(`There is no engine ${release} here: 20.10, 26.1 or 28.5.`);
  const stage = new Stage();
  stage.say(
    `A Docker engine ${release} of our own, beside whatever runs here (the first time it is downloaded)`,
  );
  await using engine = await startEngine({ release });
  stage.say(`It answers at ${engine.host}: version ${engine.version}`);
  await showJoining(engine, stage);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof EngineUnavailableError || error instanceof RangeError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
