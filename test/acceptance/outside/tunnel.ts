import { execInContainer } from '../../engine/container-commands.js';
import type { PrivateEngine } from '../../engine/private-engine.js';
import { waitUntil } from '../../engine/wait-until.js';
import { type Outside, neighbour } from './outside.js';

/** The address that outside sees what comes through the tunnel from. */
export const tunnelAddress = '198.18.8.2';

/** What passes through it in one piece. */
const mtu = 1280;
const port = 5555;

/**
 * One end of a tunnel: IP packets of a device go in datagrams to the other end. What does not fit is dropped and nobody
 * is told, as where a provider filters ICMP.
 */
const script = `
my ($name, $port, $most, $peer) = @ARGV;
sysopen(my $tun, '/dev/net/tun', 2) or die "/dev/net/tun: $!";
ioctl($tun, 0x400454ca, pack('a16 s x22', $name, 0x1001)) or die "$name: $!";
socket(my $udp, 2, 2, 0) or die "socket: $!";
bind($udp, pack('S n x12', 2, $port)) or die "port $port: $!";
my $to = $peer && pack('S n C4 x8', 2, $port, split /\\./, $peer);
my $both = '';
vec($both, fileno $_, 1) = 1 for $tun, $udp;
while (1) {
  select(my $ready = $both, undef, undef, undef);
  if (vec($ready, fileno $udp, 1)) {
    $to = recv($udp, my $packet, 65535, 0);
    syswrite($tun, $packet);
  }
  if (vec($ready, fileno $tun, 1)) {
    sysread($tun, my $packet, 65535);
    send($udp, $packet, 0, $to) if $to and length $packet <= $most;
  }
}
`;

/** As an image of a VPN does it: its own way out is left for its server, and where the tunnel ends. */
export const tunnelSetUp = `cat > /run/tunnel <<'END'${script}END
perl /run/tunnel tun0 ${String(port)} ${String(mtu)} ${neighbour.ipv4} &
echo $! > /run/tunnel.pid
until [ -e /sys/class/net/tun0 ]; do usleep 10000; done
ip addr add ${tunnelAddress}/24 dev tun0
ip link set tun0 mtu ${String(mtu)} up
set -- $(ip -4 route show default)
ip route del default
ip route add ${neighbour.ipv4}/32 via "$3" dev "$5"
ip route add default via "$3" dev "$5" metric 9
ip route add default dev tun0`;

/** Its program ends, and the device with it: what leaves then goes by the way that is left for the server. */
export async function endTunnel(engine: PrivateEngine, gateway: string): Promise<void> {
  const script = 'kill "$(cat /run/tunnel.pid)"; while [ -e /sys/class/net/tun0 ]; do usleep 10000; done';
  await execInContainer(engine, gateway, ['sh', '-c', script]);
}

export const tunnelDevice = {
  PathOnHost: '/dev/net/tun',
  PathInContainer: '/dev/net/tun',
  CgroupPermissions: 'rwm',
} as const;

/** The end outside, which lets all that comes out of the tunnel through to what answers there. */
export async function startTunnelServer(outside: Outside): Promise<void> {
  outside.spawn('perl', ['-e', script, 'tunnel', String(port), String(mtu), '']).unref();
  await waitUntil('the other end of the tunnel is there', async () =>
    (await outside.exec('ip', ['-brief', 'link'])).includes('tunnel'),
  );
  await outside.exec(
    'ip',
    ['-batch', '-'],
    `addr add 198.18.8.1/24 dev tunnel
      link set tunnel up
    `,
  );
}
