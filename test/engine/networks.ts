import type { PrivateEngine } from './private-engine.js';

export interface NetworkSpec {
  readonly name: string;
  readonly subnet?: string;
  readonly internal?: boolean;
  readonly driver?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, string>>;
}

/** Creates a network by the API, and returns its id. */
export async function createNetwork(engine: PrivateEngine, spec: NetworkSpec): Promise<string> {
  const { name, subnet, internal = false, driver = 'bridge', labels = {}, options = {} } = spec;
  const { Id } = await engine.api<{ Id: string }>('POST', '/networks/create', {
    Name: name,
    // Without it 20.10 makes a second network of the same name.
    CheckDuplicate: true,
    Driver: driver,
    Internal: internal,
    Labels: labels,
    Options: options,
    ...(subnet !== undefined && { IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] } }),
  });
  return Id;
}
