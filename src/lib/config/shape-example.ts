import { valueOf, type Node, type Path } from './source/tree.js';

/** A key and what may stand under it. */
export interface ShapeExample {
  readonly key: string;
  readonly value: unknown;
}

const pool = { subnet: '10.128.7.0/24' };
const chosen = { names: ['web'] };
const attachment = { select: { labels: ['app.domain'] }, networks: ['backend'] };
const proxy = { container: 'http-proxy' };
const route = { target: { names: ['worker'] }, via: 'vpn' };
const rules = ['10.0.0.0/8 tcp 80-443'];
const service = { networks: ['backend'] };

/** What may stand at a place; `*` is any key or item. */
const shapes: Readonly<Record<string, unknown>> = {
  docker: { host: 'unix:///var/run/docker.sock' },
  'docker.tls': { ca: 'ca.pem' },
  logging: { level: 'info' },
  retry: { attempts: 3 },
  networks: { backend: {} },
  'networks.*': { internal: true },
  'networks.*.driver_opts': { 'com.docker.network.driver.mtu': '1450' },
  'networks.*.ipam': { config: [pool] },
  'networks.*.ipam.config': [pool],
  'networks.*.ipam.config.*': pool,
  'networks.*.ipam.config.*.aux_addresses': { printer: '10.128.7.9' },
  attachments: [attachment],
  'attachments.*': attachment,
  'attachments.*.select': chosen,
  'attachments.*.networks': ['backend'],
  apps: { shop: { services: { api: service } } },
  'apps.*': { services: { api: service } },
  'apps.*.services': { api: service },
  'apps.*.services.*': service,
  'apps.*.services.*.select': chosen,
  proxies: [proxy],
  'proxies.*': proxy,
  'proxies.*.select': chosen,
  'proxies.*.routable': { env: ['VIRTUAL_HOST'] },
  'proxies.*.networks': { allow: ['edge'] },
  'proxies.*.aliases': { edge: ['shop.local'] },
  warp: { routes: [route] },
  'warp.routing_rules': rules,
  'warp.routes': [route],
  'warp.routes.*': route,
  'warp.routes.*.target': chosen,
  'warp.routes.*.rules': rules,
  watch: { resync: '5m' },
};

const places = Object.keys(shapes).map(place => place.split('.'));

/** An app's networks are made as those of the file. */
function shapeAt(path: Path): unknown {
  const inApp = path[0] === 'apps' && path[2] === 'networks' ? path.slice(2) : path;
  const found = places.find(
    place =>
      place.length === inApp.length &&
      place.every((step, at) => step === inApp[at] || (step === '*' && at > 0)),
  );
  return found && shapes[found.join('.')];
}

function textsIn(node: Node): string[] {
  if (node.kind !== 'list') return [];
  return node.items.flatMap(item =>
    item.kind === 'scalar' && typeof item.value === 'string' ? [item.value] : [],
  );
}

/** Text as long as a name: more of somebody's file is no example. */
const longest = 60;

/** `- backend` was meant as `backend: {}`, and `- KEY=VALUE` as `KEY: VALUE`. */
function asMap(node: Node, path: Path): unknown {
  const [first] = textsIn(node);
  if (first === undefined || first.length > longest) return undefined;
  if (path.at(-1) === 'networks' || path.at(-1) === 'services' || path.at(-1) === 'apps') {
    const shape = shapeAt(path) as Readonly<Record<string, unknown>> | undefined;
    return { [first]: Object.values(shape ?? {})[0] ?? {} };
  }
  const [, key, value] = /^([^=]+)=(.*)$/.exec(first) ?? [];
  return key === undefined ? undefined : { [key]: value };
}

/** `app: web` under labels was meant as `- app=web`; the keys of a proxy without a dash as one item. */
function asList(node: Node, path: Path): unknown {
  if (node.kind !== 'map') return undefined;
  const [first] = node.entries;
  if (!first || first[0].length > longest) return undefined;
  const [key, { node: inner }] = first;
  const shape = shapeAt(path);
  if (Array.isArray(shape)) {
    const [item] = shape as unknown[];
    const isItem =
      typeof item === 'object' && item !== null && [...node.entries.keys()].every(known => known in item);
    return isItem && node.entries.size <= 2 ? [valueOf(node)] : shape;
  }
  const value = inner.kind === 'scalar' && inner.value !== null ? (inner.written ?? String(inner.value)) : '';
  const isPairs = path.at(-1) === 'labels' || path.at(-1) === 'env';
  return [isPairs && value !== '' && value.length <= longest ? `${key}=${value}` : key];
}

/** A name alone, where a selector or a proxy that has it was meant. */
function asNamed(node: Node, path: Path): unknown {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value.length > longest)
    return undefined;
  const shape = shapeAt(path);
  if (shape === chosen) return { names: [node.value] };
  // Without a blank behind its colon a key is text: `- container:http-proxy`.
  const [, key = '', rest] = /^(\w+):(\S+)$/.exec(node.value) ?? [];
  if (shape === proxy) return { container: key === 'container' ? rest : node.value };
  return path.length === 1 && path[0] === 'proxies' ? [{ container: node.value }] : undefined;
}

/** What was probably meant where a map or a list has the other's shape, or else what may stand there. */
export function exampleAt(path: Path, wanted: 'map' | 'list', node?: Node): ShapeExample | undefined {
  const meant = node && (asNamed(node, path) ?? (wanted === 'map' ? asMap : asList)(node, path));
  const value = meant ?? shapeAt(path);
  const last = path.at(-1);
  if (value === undefined || last === undefined) return undefined;
  if (typeof last === 'string') return { key: last, value };
  const list = path.at(-2);
  return typeof list === 'string' ? { key: list, value: [value] } : undefined;
}
