/** The engine that answered, and what follows from its version. */
export interface EngineInfo {
  readonly kind: 'docker' | 'podman';
  /** Engine version, such as `28.5.2`. */
  readonly version: string;
  /** Newest API version it speaks, such as `1.51`. */
  readonly apiVersion: string;
}

/** Compares dotted versions by number; what follows a digit run (`-rc1`, `+dfsg1`) does not count. */
export function versionAtLeast(version: string, wanted: string): boolean {
  const have = version.split('.').map(part => Number.parseInt(part, 10) || 0);
  const want = wanted.split('.').map(part => Number.parseInt(part, 10) || 0);
  for (let i = 0; i < Math.max(have.length, want.length); i += 1) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** API 1.48 (Engine 28.0) has endpoint gateway priorities; older engines ignore the field silently. */
export function hasGatewayPriority(engine: EngineInfo): boolean {
  return engine.kind === 'docker' && versionAtLeast(engine.apiVersion, '1.48');
}

/**
 * On Podman each network brings a default route of its own, and published ports lead to where the container was
 * created, whatever it joins or leaves afterwards (measured on 5.4.2): there is no gateway that could move.
 */
export function hasOneGateway(engine: EngineInfo): boolean {
  return engine.kind === 'docker';
}

/** Whether it tells which network a container was created on; Podman says `bridge` of each (measured on 5.4.2). */
export function tellsHome(engine: EngineInfo): boolean {
  return engine.kind === 'docker';
}

/** Below API 1.48 `EnableIPv4: false` is ignored silently. */
export function hasIpv4Switch(engine: EngineInfo): boolean {
  return engine.kind === 'docker' && versionAtLeast(engine.apiVersion, '1.48');
}

/** Engines before API 1.44 (25.0) can end up with two networks of one name. */
export function allowsDuplicateNames(engine: EngineInfo): boolean {
  return engine.kind === 'docker' && !versionAtLeast(engine.apiVersion, '1.44');
}

/** Before 29.4.1 a dual-stack endpoint is preferred as gateway over any priority (moby#51999). */
export function prefersDualStackOverPriority(engine: EngineInfo): boolean {
  return !versionAtLeast(engine.version, '29.4.1');
}
