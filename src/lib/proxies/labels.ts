import type { Container } from '../model/container.js';

/** A label by its key in any case: Traefik and Compose do not agree on one, and people neither. */
export function labelOf(container: Container, key: string): string | undefined {
  const exact = container.labels[key];
  if (exact !== undefined) return exact;
  const found = Object.keys(container.labels).find(
    name => name.length === key.length && name.toLowerCase() === key,
  );
  return found === undefined ? undefined : container.labels[found];
}

/** A container of `docker compose run`, which is there for one command and then gone. */
export function isOneOff(container: Container): boolean {
  return labelOf(container, 'com.docker.compose.oneoff')?.toLowerCase() === 'true';
}
