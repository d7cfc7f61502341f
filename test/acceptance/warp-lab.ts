import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BareNamespace, bareNamespace } from './bare-namespace.js';
import type { FirewallTools } from './firewall-tools.js';

/** Somewhere far away. */
export const far = '198.18.99.1';

export const target = '10.9.0.3';

/** A warp between its target and the world, which it reaches through a tunnel and, without it, by its own network. */
export interface WarpLab extends AsyncDisposable {
  readonly target: BareNamespace;
  readonly warp: BareNamespace;
  readonly world: BareNamespace;
  /** Sends datagrams from the target, and counts those that arrive, by the way they came. */
  send(): Promise<{ readonly tunnel: number; readonly past: number }>;
  /** Has the world answer datagrams, for some seconds, with the address they came from. */
  echo(): Promise<void>;
  /** Whose datagrams of one flow, which is the same each time, seem to be: `nobody` where no answer comes. */
  seenAs(): Promise<string>;
  /** Opens a connection from the target to the world, which answers what is said on it. */
  connect(): Promise<{ readonly says: (word: string) => Promise<string> }>;
  /** All that decides about packets in the warp, as text. */
  state(): Promise<string>;
}

const addresses = ['tunnel', 'past'] as const;

const echo = `
use IO::Socket::INET;
my $socket = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '${far}', LocalPort => 7) or die;
alarm 20;
while ($socket->recv(my $data, 9)) { eval { $socket->send($socket->peerhost) } }`;

/** From one port always: for whoever passes it on it is one flow. */
const ask = `
use IO::Socket::INET;
my $socket = IO::Socket::INET->new(
  Proto => 'udp', LocalPort => 5555, PeerAddr => '${far}', PeerPort => 7) or die;
$SIG{ALRM} = sub { print 'nobody'; exit };
alarm 1;
$socket->send('who?');
$socket->recv(my $answer, 99);
print $answer;`;

const tcpEcho = `
use IO::Socket::INET;
my $socket = IO::Socket::INET->new(LocalAddr => '${far}', LocalPort => 7, Listen => 1, ReuseAddr => 1) or die;
alarm 60;
my $peer = $socket->accept;
$peer->autoflush(1);
while (<$peer>) { print $peer $_ }`;

/** Holds one connection: says on it what it reads from one pipe, and tells by another what comes back. */
const hold = `
use IO::Socket::INET;
use IO::Handle;
alarm 60;
$SIG{PIPE} = 'IGNORE';
my $socket = IO::Socket::INET->new(PeerAddr => '${far}', PeerPort => 7, Timeout => 5);
$socket->autoflush(1) if $socket;
while (1) {
  open my $words, '<', "$ARGV[0]/words" or die;
  my $word = <$words>;
  my $answer = eval {
    local $SIG{ALRM} = sub { die };
    alarm 5;
    print $socket $word;
    my $read = <$socket>;
    alarm 60;
    $read;
  };
  open my $answers, '>', "$ARGV[0]/answers" or die;
  print $answers $answer // "nothing: $!";
}`;

export async function warpLab({ folders }: FirewallTools): Promise<WarpLab> {
  const [inside, warp, world] = [
    await bareNamespace(folders),
    await bareNamespace(folders),
    await bareNamespace(folders),
  ];
  await inside.sh(`
    ip link add eth0 type veth peer name eth0 netns ${String(warp.pid)}
    ip addr add ${target}/24 dev eth0
    ip -6 addr add fd00:9::3/64 dev eth0 nodad
    ip link set eth0 up`);
  await warp.sh(`
    ip addr add 10.9.0.2/24 dev eth0
    ip -6 addr add fd00:9::2/64 dev eth0 nodad
    ip link set eth0 up
    ip link add past type veth peer name past netns ${String(world.pid)}
    ip link add tun0 type veth peer name tunnel netns ${String(world.pid)}
    ip addr add 198.18.7.2/24 dev past
    ip addr add 198.18.8.2/24 dev tun0
    ip link set past up
    ip link set tun0 up`);
  await world.sh(`
    ip addr add ${far}/32 dev lo
    ip addr add 198.18.7.1/24 dev past
    ip addr add 198.18.8.1/24 dev tunnel
    ip link set past up
    ip link set tunnel up
    nft add table inet count
    nft add chain inet count arrivals '{ type filter hook prerouting priority 0; }'
    ${addresses.map(name => `nft add counter inet count ${name}`).join('\n')}
    ${addresses.map(name => `nft add rule inet count arrivals iifname ${name} udp dport 9 counter name ${name}`).join('\n')}`);
  await warp.sh('ip route add default via 198.18.8.1; ip route add default via 198.18.7.1 metric 9');
  await inside.sh('ip route add default via 10.9.0.2');

  const arrived = async (): Promise<number[]> => {
    const listing = await world.sh(addresses.map(name => `nft list counter inet count ${name}`).join('\n'));
    return [...listing.matchAll(/packets (\d+)/g)].map(([, packets]) => Number(packets));
  };
  const made: string[] = [];
  return {
    target: inside,
    warp,
    world,
    async send() {
      const before = await arrived();
      await inside.sh(`for i in 1 2 3; do echo > /dev/udp/${far}/9; done`);
      const [tunnel = 0, past = 0] = (await arrived()).map((packets, at) => packets - (before[at] ?? 0));
      return { tunnel, past };
    },
    async echo() {
      await world.sh(`perl - > /dev/null 2>&1 <<'END' &${echo}
END
        until grep -q ':0007 ' /proc/net/udp; do busybox usleep 10000; done`);
    },
    async connect() {
      const folder = await mkdtemp(join(tmpdir(), 'fairlead-connection-'));
      made.push(folder);
      await world.sh(`perl - > /dev/null 2>&1 <<'END' &${tcpEcho}
END
        until grep -q ':0007 .* 0A ' /proc/net/tcp; do busybox usleep 10000; done`);
      await inside.sh(`mkfifo ${folder}/words ${folder}/answers
        perl - ${folder} > /dev/null 2>&1 <<'END' &${hold}
END`);
      return { says: word => inside.sh(`echo ${word} > ${folder}/words; cat ${folder}/answers`) };
    },
    seenAs: () => inside.sh(`perl - <<'END'${ask}\nEND`),
    state: () => warpState(warp),
    async [Symbol.asyncDispose]() {
      for (const each of [inside, warp, world]) await each[Symbol.asyncDispose]();
      for (const folder of made) await rm(folder, { recursive: true });
    },
  };
}

const switches = [
  'ipv4/ip_forward',
  'ipv4/conf/all/accept_redirects',
  'ipv6/conf/all/forwarding',
  'ipv6/conf/default/forwarding',
];

async function warpState(warp: BareNamespace): Promise<string> {
  return warp.sh(`
    nft --stateless list ruleset
    for family in ip ip6; do
      for table in $(sort /proc/net/$family\\_tables_names); do
        echo "$family legacy $table"; $family\\tables-legacy -t $table -S
      done
    done
    cd /proc/sys/net; head -v ${switches.join(' ')}`);
}
