import { malformed, optionalNumber, optionalRecord, optionalText, record, text } from '../answers/answer.js';
import type { EngineEvent } from './event-source.js';

const anId = /^[0-9a-zA-Z]{1,128}$/;

function idOf(value: string | undefined): string | undefined {
  return value !== undefined && anId.test(value) ? value : undefined;
}

/**
 * The digits as they stand in the line. What a user names goes into events as text and within quotes, escaped, so
 * that no label can look like this field; that the parsed number agrees is checked all the same.
 */
function exactTime(line: string, parsed: number | undefined, seconds: number | undefined): string {
  const digits = /"timeNano":\s*(\d{1,20})[,}\s]/.exec(line)?.[1];
  if (digits !== undefined && Number(digits) === parsed) return digits;
  return `${String(Math.trunc(Math.max(seconds ?? 0, 0)))}${'0'.repeat(9)}`;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw malformed('an event', 'JSON', line);
  }
}

/** What is done with whatever is gone, in Docker's word for it. */
const removed = 'destroy';

/**
 * Podman names the network in an attribute of its own; the actor of a connect is the container there, and what is
 * removed is not destroyed (measured on 5.4.2).
 */
function asDocker(event: EngineEvent, network: string | undefined): EngineEvent {
  const isRemoval = event.action === 'remove';
  if (network === undefined) {
    return isRemoval && event.type === 'container' ? { ...event, action: removed } : event;
  }
  const named = { ...event, name: network, ...(isRemoval && { action: removed }) };
  return event.action === 'connect' || event.action === 'disconnect'
    ? { ...named, id: '', container: event.id }
    : named;
}

/**
 * One line of `GET /events`. Reads only what all engines have: `status`, `id` and `from` are gone from API 1.52 on
 * (engine fact E21).
 */
export function readEvent(line: string): EngineEvent {
  const json = record(parse(line), 'an event');
  const type = text(json['Type'], 'event.Type');
  const actor = optionalRecord(json['Actor'], 'event.Actor');
  const attributes = optionalRecord(actor['Attributes'], 'event.Actor.Attributes');
  const [action = ''] = text(json['Action'], 'event.Action').split(':');
  const name = optionalText(attributes['name'], 'event.Actor.Attributes.name');
  // A container's labels are among its attributes: there, this would be a label of that name.
  const container =
    type === 'network'
      ? idOf(optionalText(attributes['container'], 'event.Actor.Attributes.container'))
      : undefined;
  const signal =
    action === 'kill' ? optionalText(attributes['signal'], 'event.Actor.Attributes.signal') : undefined;
  const network =
    type === 'network' ? optionalText(attributes['network'], 'event.Actor.Attributes.network') : undefined;
  const event: EngineEvent = {
    type,
    action,
    id: idOf(optionalText(actor['ID'], 'event.Actor.ID')) ?? '',
    ...(name !== undefined && { name }),
    ...(container !== undefined && { container }),
    ...(signal !== undefined && /^\d{1,3}$/.test(signal) && { signal }),
    timeNano: exactTime(
      line,
      optionalNumber(json['timeNano'], 'event.timeNano'),
      optionalNumber(json['time'], 'event.time'),
    ),
  };
  return asDocker(event, network);
}
