import { escapeLine } from '../../model/escape.js';
import type { Step } from '../../model/step.js';

/** What a step works on: what fails and is tried again is this, not the step. */
export interface StepObject {
  /** The same for the same change of the same thing, and for nothing else. */
  readonly key: string;
  /** For people; escaped. */
  readonly subject: string;
}

function object(step: Step, key: string, subject: string): StepObject {
  return { key: `${step.do} ${key}`, subject: escapeLine(subject) };
}

export function objectOf(step: Step): StepObject {
  switch (step.do) {
    case 'create-network':
      return object(step, step.spec.name, step.spec.name);
    case 'recreate-network':
    case 'remove-network':
      return object(step, step.network.id, step.network.name);
    case 'connect':
    case 'disconnect': {
      // By its name: the network may be one that the plan has yet to create.
      const { container, network } = step;
      return object(step, `${container.id} ${network.name}`, `${container.name} on ${network.name}`);
    }
    case 'set-routing':
    case 'clear-routing':
    case 'set-nat':
      return object(step, step.container.id, step.container.name);
    case 'set-guard':
      return object(step, '', 'the guard');
  }
}

/** The containers that a step works on, by ID. */
export function containersOf(step: Step): readonly string[] {
  switch (step.do) {
    case 'connect':
    case 'disconnect':
    case 'set-routing':
    case 'clear-routing':
    case 'set-nat':
      return [step.container.id];
    case 'recreate-network':
      return step.members.map(({ container }) => container.id);
    case 'create-network':
    case 'remove-network':
    case 'set-guard':
      return [];
  }
}
