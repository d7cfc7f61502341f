import type { AddressPool, Network } from '../../model/network.js';
import {
  flag,
  identifier,
  list,
  optionalList,
  optionalRecord,
  optionalText,
  record,
  text,
  textMap,
} from './answer.js';

function readPool(value: unknown, where: string): AddressPool {
  const pool = record(value, where);
  const subnet = optionalText(pool['Subnet'], `${where}.Subnet`);
  const gateway = optionalText(pool['Gateway'], `${where}.Gateway`);
  const ipRange = optionalText(pool['IPRange'], `${where}.IPRange`);
  const auxAddresses = textMap(pool['AuxiliaryAddresses'], `${where}.AuxiliaryAddresses`);
  return {
    ...(subnet !== undefined && { subnet }),
    ...(gateway !== undefined && { gateway }),
    ...(ipRange !== undefined && { ipRange }),
    ...(Object.keys(auxAddresses).length > 0 && { auxAddresses }),
  };
}

function readNetwork(value: unknown, where: string): Network {
  const json = record(value, where);
  const ipam = optionalRecord(json['IPAM'], `${where}.IPAM`);
  const configFrom = optionalText(
    optionalRecord(json['ConfigFrom'], `${where}.ConfigFrom`)['Network'],
    `${where}.ConfigFrom.Network`,
  );
  return {
    id: identifier(json['Id'], `${where}.Id`),
    name: text(json['Name'], `${where}.Name`),
    driver: optionalText(json['Driver'], `${where}.Driver`) ?? '',
    scope: optionalText(json['Scope'], `${where}.Scope`) ?? 'local',
    created: optionalText(json['Created'], `${where}.Created`) ?? '',
    internal: flag(json['Internal'], `${where}.Internal`),
    attachable: flag(json['Attachable'], `${where}.Attachable`),
    ingress: flag(json['Ingress'], `${where}.Ingress`),
    configOnly: flag(json['ConfigOnly'], `${where}.ConfigOnly`),
    ...(configFrom !== undefined && { configFrom }),
    // Engines before 28.0 do not know the field: IPv4 is always on there.
    enableIpv4: flag(json['EnableIPv4'], `${where}.EnableIPv4`, true),
    enableIpv6: flag(json['EnableIPv6'], `${where}.EnableIPv6`),
    ipam: {
      driver: optionalText(ipam['Driver'], `${where}.IPAM.Driver`) ?? 'default',
      options: textMap(ipam['Options'], `${where}.IPAM.Options`),
      pools: optionalList(ipam['Config'], `${where}.IPAM.Config`).map((pool, i) =>
        readPool(pool, `${where}.IPAM.Config[${String(i)}]`),
      ),
    },
    options: textMap(json['Options'], `${where}.Options`),
    labels: textMap(json['Labels'], `${where}.Labels`),
  };
}

/** The answer to `GET /networks`. It tells all that an inspect tells but for running endpoints. */
export function readNetworks(answer: unknown): Network[] {
  return list(answer, 'networks').map((network, i) => readNetwork(network, `networks[${String(i)}]`));
}

/** The answer to `GET /networks/{id}`: its endpoints by container, and as `ep-…` those that have none. */
export function readGhosts(answer: unknown): string[] {
  const endpoints = optionalRecord(record(answer, 'network')['Containers'], 'network.Containers');
  return Object.entries(endpoints).flatMap(([key, endpoint]) => {
    const where = `network.Containers.${key}`;
    return key.startsWith('ep-') ? [text(record(endpoint, where)['Name'], `${where}.Name`)] : [];
  });
}
