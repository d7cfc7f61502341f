import type * as z from 'zod';
import type { Path } from './source/tree.js';

/** The parts of zod's own description of a schema that lead on to its parts. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
}

/** The keys that the maps at a path may have; none where any key may stand. */
export function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  const found = path.reduce<Definition[]>(
    (definitions, step) => definitions.flatMap(definition => into(definition, step)),
    unwrap(schema),
  );
  return [...new Set(found.flatMap(({ shape }) => Object.keys(shape ?? {})))];
}

function into(definition: Definition, step: string | number): Definition[] {
  const { shape, element, valueType } = definition;
  const next = shape && Object.hasOwn(shape, step) ? shape[step] : (element ?? valueType);
  return next ? unwrap(next) : [];
}

function unwrap(schema: z.core.$ZodType): Definition[] {
  const definition = schema._zod.def as unknown as Definition;
  if (definition.options) return definition.options.flatMap(unwrap);
  const inner = definition.innerType ?? definition.in;
  return inner ? unwrap(inner) : [definition];
}
