import { membershipsOf, type Membership } from '../config/memberships.js';
import { networkNameFor } from '../config/network-spec.js';
import type { FairleadConfig } from '../config/schema.js';
import type { OwnerJob } from '../model/ownership.js';
import type { Selector } from '../model/selector.js';

/** What an endpoint of this job is marked with. */
export type AttachmentOwner = Exclude<OwnerJob, 'proxy'>;

/** A network to be on, by the name the engine knows it by, and how. */
export interface RuleMembership {
  readonly network: string;
  readonly aliases?: readonly string[];
  readonly ipv4?: string;
  readonly ipv6?: string;
}

/** Whom a rule means: what a selector selects, or the containers whose labels say that they are a service. */
export type RuleSelect =
  | { readonly by: 'selector'; readonly selector: Selector }
  | { readonly by: 'service'; readonly app: string; readonly service: string };

/** Containers that are to be on networks in addition to their own. */
export interface AttachmentRule {
  readonly owner: AttachmentOwner;
  /** What plans call it. */
  readonly title: string;
  readonly select: RuleSelect;
  readonly memberships: readonly RuleMembership[];
}

function ruleMemberships(
  config: FairleadConfig,
  declared: readonly Membership[],
  app?: string,
): RuleMembership[] {
  return declared.map(({ network, aliases, ...addresses }) => ({
    // A key that is declared nowhere is an error of the config; here it is a network that is not there.
    network: networkNameFor(config, network, app) ?? network,
    ...(aliases.length > 0 && { aliases }),
    ...addresses,
  }));
}

function attachmentsIn(config: FairleadConfig): AttachmentRule[] {
  return config.attachments.map(({ name, select, networks, aliases }, index) => ({
    owner: 'attachment',
    title: `rule ${name ?? String(index + 1)}`,
    select: { by: 'selector', selector: select },
    memberships: ruleMemberships(config, membershipsOf(networks, aliases)),
  }));
}

function servicesIn(config: FairleadConfig): AttachmentRule[] {
  return Object.entries(config.apps).flatMap(([app, { services }]) =>
    Object.entries(services).map(([service, { networks, aliases = [], select }]): AttachmentRule => ({
      owner: 'app',
      title: `service ${service} of app ${app}`,
      // A selector of its own stands instead of the labels: whoever writes one means these and no others.
      select: select ? { by: 'selector', selector: select } : { by: 'service', app, service },
      memberships: ruleMemberships(
        config,
        // In a list, too, the name of the service is an alias on each network.
        membershipsOf(networks, [...new Set([service, ...aliases])]),
        app,
      ),
    })),
  );
}

/** The rules of a config: its attachments, and the services of its apps. */
export function attachmentRules(config: FairleadConfig): AttachmentRule[] {
  return [...attachmentsIn(config), ...servicesIn(config)];
}
