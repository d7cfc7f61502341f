import { EngineError } from '../failures/engine-error.js';

export type Json = Readonly<Record<string, unknown>>;

/** An answer that is not shaped as any engine's is: a proxy's page, another service, a cut body. */
export function malformed(where: string, wanted: string, value: unknown): EngineError {
  const got = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return new EngineError(`The engine's answer makes no sense: ${where} should be ${wanted} and is ${got}.`, {
    failure: 'malformed',
    hints: ['Is this the address of a Docker engine? A proxy in between may answer in its place.'],
  });
}

export function record(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Buffer.isBuffer(value)) {
    throw malformed(where, 'an object', value);
  }
  return value as Json;
}

/** A field that engines leave out or set to null where they have nothing to say. */
export function optionalRecord(value: unknown, where: string): Json {
  return value === undefined || value === null ? {} : record(value, where);
}

export function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(where, 'a list', value);
  return value;
}

export function optionalList(value: unknown, where: string): readonly unknown[] {
  return value === undefined || value === null ? [] : list(value, where);
}

export function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw malformed(where, 'a text', value);
  return value;
}

/** An ID, which goes into the paths of later calls: letters and digits, whatever the engine. */
export function identifier(value: unknown, where: string): string {
  const id = text(value, where);
  if (!/^[0-9a-zA-Z]{1,128}$/.test(id)) throw malformed(where, 'an ID', value);
  return id;
}

/** A text that may be missing; the empty text counts as missing. */
export function optionalText(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return text(value, where);
}

export function optionalNumber(value: unknown, where: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw malformed(where, 'a number', value);
  return value;
}

export function flag(value: unknown, where: string, absent = false): boolean {
  if (value === undefined || value === null) return absent;
  if (typeof value !== 'boolean') throw malformed(where, 'true or false', value);
  return value;
}

export function texts(value: unknown, where: string): string[] {
  return optionalList(value, where).map((entry, i) => text(entry, `${where}[${String(i)}]`));
}

export function textMap(value: unknown, where: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(optionalRecord(value, where)).map(([key, entry]) => [key, text(entry, `${where}.${key}`)]),
  );
}
