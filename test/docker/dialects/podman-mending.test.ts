import { expect } from 'chai';
import { classifyAnswer } from '../../../src/lib/docker/failures/classify.js';
import type { EngineError } from '../../../src/lib/docker/failures/engine-error.js';
import { mendRefusedConnect } from '../../../src/lib/docker/dialects/podman-mending.js';
import type { Engine } from '../../../src/lib/docker/engine.js';

const network = { id: 'n'.repeat(64), name: 'shop' };
const container = { id: 'c'.repeat(64), name: 'web' };

/** Texts of Podman 5.4.2. */
const says = {
  taken: 'IPAM error: requested ip address 10.77.0.50 is already allocated to container ID 4734',
  outside: 'requested static ip 10.78.0.51 not in any subnet on network shop',
  mismatch: 'network inspection mismatch: asked to join 2 network(s) map[n1:{}], but have information on 1',
  leftover: 'netavark: failed to delete container veth eth1: Netlink error: No such device (os error 19)',
  connected: 'container web is already connected to network shop: network is already connected',
} as const;

function refusal(said: string, status = 500): EngineError {
  return classifyAnswer('connect web to shop', status, said);
}

/** What it does about a refusal, with an engine whose inspect and disconnect answer so. */
async function done(error: EngineError, inspect?: EngineError, disconnect?: EngineError): Promise<string[]> {
  const calls: string[] = [];
  const answer = (call: string, failure: EngineError | undefined) => (): Promise<never> => {
    calls.push(call);
    return failure ? Promise.reject(failure) : Promise.resolve(undefined as never);
  };
  const engine = {
    inspectContainer: answer('inspect', inspect),
    disconnect: answer('disconnect', disconnect),
  } as unknown as Engine;
  await mendRefusedConnect(engine, network, container, error);
  return calls;
}

describe('A connect that Podman refuses', () => {
  it('is refused for good where the address is the reason', () => {
    expect(refusal(says.taken).failure).to.equal('refused');
    expect(refusal(says.outside).failure).to.equal('refused');
  });

  it('is taken back where it left the container half connected, though Podman says that failed', async () => {
    const calls = await done(refusal(says.taken), refusal(says.mismatch), refusal(says.leftover));
    expect(calls).to.deep.equal(['inspect', 'disconnect']);
  });

  it('is left where the container is as it was', async () => {
    expect(await done(refusal(says.outside))).to.deep.equal(['inspect']);
  });

  it('is left where what the container is cannot be told', async () => {
    expect(await done(refusal(says.taken), refusal('no such container', 404))).to.deep.equal(['inspect']);
  });

  it('is nothing to look at where it was connected already', async () => {
    expect(await done(refusal(says.connected, 403))).to.deep.equal([]);
  });

  it('has somebody told what to do whom a half connected container keeps from any list', () => {
    const { failure, hints } = refusal(says.mismatch);
    expect(failure).to.equal('transient');
    expect(hints.join(' ')).to.include('podman network disconnect NETWORK CONTAINER');
  });
});
