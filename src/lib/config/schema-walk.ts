import { globalRegistry, type z } from 'zod';
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

function definitionOf(schema: z.core.$ZodType): Definition {
  return schema._zod.def;
}

/** What may stand at a path: each of its kinds, without what only wraps them. */
export function schemasAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType[] {
  return path.reduce<z.core.$ZodType[]>(
    (schemas, step) => schemas.flatMap(each => into(definitionOf(each), step)),
    unwrap(schema),
  );
}

/** The keys that the maps at a path may have; none where any key may stand. */
export function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  const shapes = schemasAt(schema, path).map(each => definitionOf(each).shape);
  return [...new Set(shapes.flatMap(shape => Object.keys(shape ?? {})))];
}

/** What a key is for, as its schema says it. */
export function descriptionAt(schema: z.core.$ZodType, path: Path): string | undefined {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  for (const { shape } of schemasAt(schema, path.slice(0, -1)).map(definitionOf)) {
    for (let each = shape?.[last]; each; each = definitionOf(each).innerType) {
      const said = globalRegistry.get(each)?.description;
      if (said !== undefined) return said;
    }
  }
  return undefined;
}

function into({ shape, element, valueType }: Definition, step: string | number): z.core.$ZodType[] {
  const next = shape && Object.hasOwn(shape, step) ? shape[step] : (element ?? valueType);
  return next ? unwrap(next) : [];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType[] {
  const { options, innerType, in: input } = definitionOf(schema);
  if (options) return options.flatMap(unwrap);
  const inner = innerType ?? input;
  return inner ? unwrap(inner) : [schema];
}
