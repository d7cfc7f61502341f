import { inspectionForAttachments } from '../attachments/inspection.js';
import { attachmentRules } from '../attachments/rules.js';
import { declaredNetworks } from '../config/network-spec.js';
import type { FairleadConfig } from '../config/schema.js';
import type { Job } from '../model/step.js';
import { declarationFrom } from '../networks/declaration.js';
import { inspectionForNetworks } from '../networks/inspection.js';
import { proxyDeclarations } from '../proxies/declaration.js';
import { inspectionFor } from '../proxies/inspection.js';
import { mayBeJoined } from '../proxies/undeclared.js';
import { warpDeclaration } from '../warps/routes/declaration.js';
import { inspectionForWarps } from '../warps/inspection.js';
import type { NeedsInspect } from './observe/observe.js';
import type { Declared } from './plan.js';

/** What a config declares, in each job's own terms. */
export function declaredIn(config: FairleadConfig): Declared {
  return {
    networks: declaredNetworks(config).map(declarationFrom),
    attachments: attachmentRules(config),
    proxies: proxyDeclarations(config),
    warps: warpDeclaration(config),
  };
}

/** Which containers the jobs need more of than the lists tell. */
export function inspectionForAll(declared: Declared, only?: ReadonlySet<Job>): NeedsInspect {
  const wants = (job: Job): boolean => only?.has(job) ?? true;
  const forNetworks = inspectionForNetworks(declared.networks);
  const forAttachments = inspectionForAttachments(declared.attachments);
  const forProxies = inspectionFor(declared.proxies);
  const forWarps = inspectionForWarps(declared.warps);
  return (container, networks, containers) =>
    (wants('networks') && forNetworks(container, networks)) ||
    (wants('attachments') && forAttachments(container, networks)) ||
    (wants('proxies') && (forProxies(container) || mayBeJoined(container))) ||
    (wants('warps') && forWarps(container, networks, containers));
}
