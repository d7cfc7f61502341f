/**
 * What an engine's answers and requests have to be turned into, where it speaks Docker's API with an accent. The
 * readers know Docker's own alone.
 */
export interface Dialect {
  /** Reads, by its path, what the list does not tell. */
  networks(answer: unknown, read: (path: string) => Promise<unknown>): Promise<unknown>;
  /** Asks for the inspect of a container (`undefined` where it is gone) where the list does not tell what Docker's tells. */
  containers(answer: unknown, inspect: (id: string) => Promise<unknown>): Promise<unknown>;
  details(answer: unknown): unknown;
  /** The `EndpointConfig` of a connect. */
  endpoint(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
}

export const dockerDialect: Dialect = {
  networks: answer => Promise.resolve(answer),
  containers: answer => Promise.resolve(answer),
  details: answer => answer,
  endpoint: body => body,
};
