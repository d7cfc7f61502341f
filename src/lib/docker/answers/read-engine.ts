import type { EngineInfo } from '../../model/engine-info.js';
import { malformed, optionalList, optionalRecord, optionalText, record, text } from './answer.js';

/** The answer to `GET /info`. */
export function readEngineId(answer: unknown): string | undefined {
  const id = optionalText(record(answer, 'info')['ID'], 'info.ID');
  return id === '' ? undefined : id;
}

/** The answer to `GET /version`. */
export function readEngineInfo(answer: unknown): EngineInfo {
  const json = record(answer, 'version');
  const apiVersion = text(json['ApiVersion'], 'version.ApiVersion');
  if (!/^\d+\.\d+$/.test(apiVersion)) throw malformed('version.ApiVersion', 'like 1.48', apiVersion);
  const components = optionalList(json['Components'], 'version.Components');
  const podman = components.some(component =>
    optionalText(optionalRecord(component, 'component')['Name'], 'component.Name')?.startsWith('Podman'),
  );
  return {
    kind: podman ? 'podman' : 'docker',
    version: optionalText(json['Version'], 'version.Version') ?? 'unknown',
    apiVersion,
  };
}
