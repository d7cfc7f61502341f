import { createContainer } from '../../engine/containers.js';
import type { ContainerSpec } from '../../engine/containers.js';
import { containerLogs } from '../../engine/container-commands.js';
import type { PrivateEngine } from '../../engine/private-engine.js';
import { sinkPort } from './counters.js';
import { networkImage } from './network-image.js';

/**
 * Numbered datagrams from the first instruction on, more than one a millisecond, then a line that tells how many went
 * off, how many the kernel refused, by reason, and in how many seconds. No module is loaded: perl is there in 2 ms.
 */
const script = `
my ($address, $port, $count) = @ARGV;
my $is6 = $address =~ /:/;
my $to = $is6 ? pack('S n N H32 N', 10, $port, 0, $address =~ s/://gr, 0) : pack('S n C4 x8', 2, $port, split /\\./, $address);
socket(my $socket, $is6 ? 10 : 2, 2, 0) or die "socket: $!";
my ($sent, %refused) = (0);
for (my $number = 0; $count < 0 || $number < $count; $number++) {
  if (defined send($socket, pack('N', $number), 0, $to)) { $sent++ } else { $refused{"$!"}++ }
  select(undef, undef, undef, 0.0007);
}
print '{"sent":', $sent, ',"seconds":', time - $^T, ',"refused":{', join(',', map { qq("$_":$refused{$_}) } sort keys %refused), '}}', "\\n";
`;

export interface SenderSpec extends Omit<ContainerSpec, 'image' | 'command'> {
  readonly to: string;
  /** How many it sends before it ends; without it, it goes on. */
  readonly count?: number;
}

export interface Sent {
  readonly sent: number;
  readonly seconds: number;
  /** By the kernel's words. */
  readonly refused: Readonly<Record<string, number>>;
}

/** A container, not yet started, whose program sends to an address outside and does nothing before that. */
export async function createSender(
  engine: PrivateEngine,
  { to, count = -1, ...spec }: SenderSpec,
): Promise<string> {
  const image = await networkImage(engine);
  return createContainer(engine, {
    init: false,
    ...spec,
    image,
    command: ['perl', '-e', script, expanded(to), String(sinkPort), String(count)],
  });
}

export async function startSender(engine: PrivateEngine, spec: SenderSpec): Promise<string> {
  const id = await createSender(engine, spec);
  await engine.api('POST', `/containers/${id}/start`);
  return id;
}

/** What a sender with a count says at its end. */
export async function sentBy(engine: PrivateEngine, sender: string): Promise<Sent> {
  await engine.api('POST', `/containers/${sender}/wait?condition=not-running`);
  return JSON.parse((await containerLogs(engine, sender)).stdout) as Sent;
}

/** IPv6 with all its digits. */
function expanded(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const before = groups(head);
  const after = groups(tail);
  const zeroes = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeroes, ...after].map(group => group.padStart(4, '0')).join(':');
}
