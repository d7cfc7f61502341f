function property(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined;
}

/**
 * The code of what went wrong with a socket or file. Trying several addresses of a host fails as one error that
 * holds one for each; some wrap the first failure as their cause.
 */
export function codeOf(error: unknown): string | undefined {
  const code = property(error, 'code');
  if (typeof code === 'string') return code;
  const [first] = [property(error, 'errors')].flat();
  return codeOfInner(first) ?? codeOfInner(property(error, 'cause'));
}

function codeOfInner(error: unknown): string | undefined {
  return error === undefined || error === null ? undefined : codeOf(error);
}
