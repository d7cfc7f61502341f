import { EngineError, isEngineFailure } from '../../docker/failures/engine-error.js';
import type { Engine, IdentifiedNetwork } from '../../docker/engine.js';
import { ExitCode, FairleadError, messageOf } from '../../model/errors.js';
import type { Network, NetworkSpec } from '../../model/network.js';
import { isOwnNetwork, recreatedLabel } from '../../model/ownership.js';
import type { Member, RecreateNetwork } from '../../model/step.js';
import { compareNetwork } from '../../networks/compare.js';
import type { Executed } from '../executed.js';
import type { Journal, RecreationRecord } from '../journal/journal.js';
import { detachAndRemove } from './detach.js';
import { putBack } from './put-back.js';
import { verifyMembers } from './verify.js';

/** Whether a failure says that the engine is away: then what was begun waits in the journal. */
function mustWait(error: unknown): boolean {
  return isEngineFailure(error, 'unreachable', 'timeout', 'denied', 'malformed', 'aborted');
}

/** Whether a network is the one that the recreation made, and not somebody else's of the same name. */
function isMadeFor(step: RecreateNetwork, network: Network): boolean {
  const isMarked = isOwnNetwork(network) || network.labels[recreatedLabel] === 'true';
  return isMarked && compareNetwork(step.spec, network).fields.length === 0;
}

/** What has to be in force for a network before its members come back to it. */
type OnMade = (network: IdentifiedNetwork) => Promise<void>;

/** One recreation: what it works on grows with whoever joins meanwhile, and is written down as it grows. */
class Recreation {
  readonly #engine: Engine;
  readonly #journal: Journal;
  readonly #onMade: OnMade | undefined;
  #step: RecreateNetwork;

  constructor(engine: Engine, journal: Journal, step: RecreateNetwork, onMade: OnMade | undefined) {
    this.#engine = engine;
    this.#journal = journal;
    this.#step = step;
    this.#onMade = onMade;
  }

  get #name(): string {
    return this.#step.network.name;
  }

  #write(direction: RecreationRecord['direction'], members = this.#step.members): Promise<void> {
    this.#step = { ...this.#step, members };
    return this.#journal.write({ version: 1, direction, step: this.#step });
  }

  /** The network of this name: the one to be replaced if it is still there, else whichever there is. */
  async #current(): Promise<Network | undefined> {
    const named = (await this.#engine.listNetworks()).filter(network => network.name === this.#name);
    return named.find(({ id }) => id === this.#step.network.id) ?? named[0];
  }

  /** Creates it, unless a killed run of ours has: what somebody else made meanwhile is not taken for it. */
  async #create(spec: NetworkSpec): Promise<IdentifiedNetwork> {
    const existing = await this.#current();
    if (!existing) return { id: await this.#engine.createNetwork(spec), name: spec.name };
    const [difference] = compareNetwork(spec, existing).fields;
    if (!difference) return existing;
    throw new EngineError(
      `Another network ${spec.name} was made meanwhile, with ${difference.field} ${difference.actual}.`,
      { failure: 'name-taken' },
    );
  }

  async #make(spec: NetworkSpec): Promise<IdentifiedNetwork> {
    const made = await this.#create(spec);
    await this.#onMade?.(made);
    return made;
  }

  #remove(network: Network, direction: RecreationRecord['direction']): Promise<readonly Member[]> {
    const { members, ghosts = [] } = this.#step;
    return detachAndRemove(this.#engine, network, members, ghosts, all => this.#write(direction, all));
  }

  /** Removes the network, makes it as declared and puts its members back. Can be begun again at any point. */
  async renew(): Promise<Executed> {
    await this.#write('forward');
    let made: IdentifiedNetwork;
    try {
      const existing = await this.#current();
      if (existing?.id === this.#step.network.id) await this.#remove(existing, 'forward');
      made = await this.#make(this.#step.spec);
      await putBack(this.#engine, made, this.#step.members);
    } catch (error) {
      if (mustWait(error)) throw this.#unfinished(error);
      return this.#rollBack(error);
    }
    return this.#conclude(made);
  }

  /** Makes the network as it was before and puts its members back. */
  async restore(): Promise<Executed> {
    const existing = await this.#current();
    if (existing && existing.id !== this.#step.network.id && isMadeFor(this.#step, existing)) {
      await this.#remove(existing, 'back');
    }
    await putBack(this.#engine, await this.#make(this.#step.previous), this.#step.members);
    await this.#journal.clear(this.#name);
    return { outcome: 'done', note: 'the network of before is back' };
  }

  async #rollBack(cause: unknown): Promise<never> {
    let unwritten = '';
    try {
      await this.#write('back');
    } catch (error) {
      // Better restored without a record than recorded without being restored.
      unwritten = ` ${messageOf(error)}`;
    }
    try {
      await this.restore();
    } catch (error) {
      throw this.#unfinished(cause, ` Restoring the old one failed too: ${messageOf(error)}${unwritten}`);
    }
    throw new EngineError(`Could not recreate network ${this.#name}: ${messageOf(cause)}`, {
      failure: 'refused',
      hints: [
        'The old network is back, with its members as they were.',
        ...(cause instanceof FairleadError ? cause.hints : []),
      ],
      cause,
    });
  }

  #unfinished(cause: unknown, more = ''): FairleadError {
    return new FairleadError(`Could not recreate network ${this.#name}: ${messageOf(cause)}${more}`, {
      code: 'recreation-unfinished',
      exit: cause instanceof FairleadError && mustWait(cause) ? cause.exit : ExitCode.failed,
      hints: [
        'Members may be off it until it is finished. Who was on it is written down:',
        `run it again to go on: fairlead network ensure ${this.#name} --recreate`,
      ],
      cause,
    });
  }

  async #conclude(made: IdentifiedNetwork): Promise<Executed> {
    const { members } = this.#step;
    const losses = await verifyMembers(this.#engine, made, members);
    if (losses.length > 0) {
      throw new FairleadError(
        `Recreated network ${this.#name}, but not all came back: ${losses.join('; ')}.`,
        {
          code: 'recreation-incomplete',
          exit: ExitCode.failed,
          hints: ['Who was on it stays written down; the next run tries again to put them back.'],
        },
      );
    }
    await this.#journal.clear(this.#name);
    const count = members.length;
    const note = count === 0 ? 'nothing was on it' : `${String(count)} put back as before`;
    return { outcome: 'done', note, created: made };
  }
}

/**
 * Recreates a network: written down, done, looked at a second time, and crossed out. What the engine refuses on the
 * way is undone; what it cannot answer to, and a run that is killed, is finished by the next run, the way it was
 * going. Only one run at a time.
 */
export async function recreate(
  engine: Engine,
  journal: Journal,
  step: RecreateNetwork,
  onMade?: OnMade,
): Promise<Executed> {
  const release = await journal.claim(step.network.name);
  try {
    const recreation = new Recreation(engine, journal, step, onMade);
    return step.resumes === 'back' ? await recreation.restore() : await recreation.renew();
  } finally {
    await release();
  }
}
