import type { EndpointSettings } from './container.js';
import type { NetworkSpec } from './network.js';

export type Job = 'networks' | 'attachments' | 'proxies' | 'warps';

/** A network a step works on. Without an ID it is one that an earlier step of the same plan creates. */
export interface NetworkRef {
  readonly name: string;
  readonly id?: string;
}

const planned = 'planned:';

/** The ID of a network in a predicted World that an earlier step of the plan will create. */
export function plannedId(name: string): string {
  return `${planned}${name}`;
}

/** How a step names a network: by its ID, unless it will get one only when the plan is applied. */
export function networkRef({ id, name }: { readonly id: string; readonly name: string }): NetworkRef {
  return id.startsWith(planned) ? { name } : { id, name };
}

export interface ContainerRef {
  readonly id: string;
  readonly name: string;
}

interface StepBase {
  readonly job: Job;
  /** Why the step is there, for the person who reads the plan. */
  readonly reason: string;
}

export interface CreateNetwork extends StepBase {
  readonly do: 'create-network';
  readonly spec: NetworkSpec;
}

export interface Connect extends StepBase {
  readonly do: 'connect';
  readonly network: NetworkRef;
  readonly container: ContainerRef;
  readonly endpoint: EndpointSettings;
}

export interface Disconnect extends StepBase {
  readonly do: 'disconnect';
  readonly network: NetworkRef;
  readonly container: ContainerRef;
  /** True where the network is gone or was remade: the stale entry can only be removed by its name (fact E9). */
  readonly stale?: boolean;
}

export interface RemoveNetwork extends StepBase {
  readonly do: 'remove-network';
  readonly network: Required<NetworkRef>;
}

/** One step is one call to the engine. */
export type Step = CreateNetwork | RemoveNetwork | Connect | Disconnect;

/** The name of the network a step works on. */
export function networkOf(step: Step): string {
  return step.do === 'create-network' ? step.spec.name : step.network.name;
}
