import type { AttachmentOptions } from '../../src/lib/attachments/judge.js';
import { planAttachments } from '../../src/lib/attachments/plan.js';
import type { AttachmentOwner, AttachmentRule, RuleMembership } from '../../src/lib/attachments/rules.js';
import type { EndpointSettings } from '../../src/lib/model/container.js';
import type { Plan } from '../../src/lib/model/plan.js';
import type { Selector } from '../../src/lib/model/selector.js';
import type { World } from '../../src/lib/model/world.js';
import { planText } from '../support/world.js';

type Memberships = readonly (string | RuleMembership)[];

function memberships(declared: Memberships): RuleMembership[] {
  return declared.map(entry => (typeof entry === 'string' ? { network: entry } : entry));
}

/** A rule from the config's attachments. */
export function rule(title: string, selector: Selector, ...declared: Memberships): AttachmentRule {
  return {
    owner: 'attachment',
    title: `rule ${title}`,
    select: { by: 'selector', selector },
    memberships: memberships(declared),
  };
}

/** A service of app `shop`, found by its labels; the name of the service is an alias everywhere. */
export function service(name: string, ...declared: Memberships): AttachmentRule {
  return {
    owner: 'app',
    title: `service ${name} of app shop`,
    select: { by: 'service', app: 'shop', service: name },
    memberships: memberships(declared).map(({ aliases = [], ...rest }) => ({
      ...rest,
      aliases: [name, ...aliases],
    })),
  };
}

export function composeLabels(name: string, project = 'shop'): Record<string, string> {
  return { 'com.docker.compose.project': project, 'com.docker.compose.service': name };
}

/** Settings of an endpoint that Fairlead made for a rule or an app. */
export function own(more: EndpointSettings = {}, owner: AttachmentOwner = 'attachment'): EndpointSettings {
  return { driverOptions: { 'fairlead.owner': owner }, ...more };
}

/** A plan as text, with what each connection asks for. */
export function attachText(plan: Plan): string[] {
  const lines = planText(plan);
  return lines.map((line, index) => {
    const step = plan.steps[index];
    if (step?.do !== 'connect') return line;
    const { aliases = [], ipv4, ipv6 } = step.endpoint;
    const asked = [...aliases.map(alias => `as ${alias}`), ...[ipv4, ipv6].flatMap(address => address ?? [])];
    return asked.length === 0 ? line : line.replace(/( \[[^\]]*\])?:/, ` (${asked.join(', ')})$1:`);
  });
}

export function attach(
  rules: readonly AttachmentRule[],
  seen: World,
  options: AttachmentOptions = {},
): string[] {
  return attachText(planAttachments(rules, seen, options));
}
