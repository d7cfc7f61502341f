import { escapeLine } from '../../model/escape.js';
import { EngineError, type EngineFailure } from './engine-error.js';

interface Row {
  readonly status?: number;
  readonly says: RegExp;
  readonly means: EngineFailure;
  readonly hints?: readonly string[];
}

/** What Podman says of a container whose networks it has recorded otherwise than it has made them. */
const halfConnected = 'network inspection mismatch';

/**
 * Where the status alone does not tell, the engine gives nothing but its text. Seen on 20.10.24, 26.1.5 and
 * 28.5.2, and on Podman 5.4.2 where marked. First match counts.
 */
const rows: readonly Row[] = [
  { status: 403, says: /endpoint with name .* already exists in network/, means: 'already-connected' },
  { status: 403, says: /is already connected to network/, means: 'already-connected' }, // Podman
  { status: 409, says: /is already attached to network/, means: 'already-connected' }, // attachable overlay
  { status: 500, says: /is not connected to (the )?network/, means: 'not-connected' },
  { status: 404, says: /endpoint .* not found/, means: 'not-connected' }, // Force, container gone
  // The name of a pool that ran dry: 404 up to 26, 400 from 27.
  { says: /could not find an available, non-overlapping IPv[46] address pool/, means: 'pool-exhausted' },
  { status: 400, says: /all predefined address pools have been fully subnetted/, means: 'pool-exhausted' },
  { status: 403, says: /Pool overlaps with other one on this address space/, means: 'subnet-overlap' },
  { status: 500, says: /subnet .* is already used on the host/, means: 'subnet-overlap' }, // Podman
  { status: 409, says: /already exists|name .* already used/, means: 'name-taken' },
  { says: /is ambiguous|matches found based on name/, means: 'ambiguous' },
  {
    says: /has active endpoints|is being used|is in use by task|configuration network .* is in use/,
    means: 'in-use',
  },
  {
    status: 500,
    says: new RegExp(halfConnected),
    means: 'transient',
    hints: [
      'A connect that Podman refused has left a container half connected: its ID is in brackets above. Until that one is',
      'mended, Podman lists no containers: podman network disconnect NETWORK CONTAINER',
    ],
  },
  { status: 404, says: /network sandbox for container .* not found/, means: 'transient' }, // restarting, 28
  // 20.10 answers 500 to what later engines refuse with 400: a second try would be answered alike.
  {
    status: 500,
    says: /is not supported|invalid network mode|numerical result out of range/,
    means: 'refused',
  },
  {
    status: 500,
    says: /invalid|not manually attachable|no configured subnet|must (be|match)/i,
    means: 'refused',
  },
  { status: 500, says: /marked for removal|name is empty/, means: 'refused' },
  // Podman.
  {
    status: 500,
    says: /is already allocated|not in any subnet|not in subnet|conflicts with a valid|already in use|find driver/,
    means: 'refused',
  },
];

/** What a status means where no text says more. A 403 without JSON is a socket proxy's. */
function meaningOfStatus(status: number, spoken: boolean): EngineFailure {
  if (status === 401 || (status === 403 && !spoken)) return 'denied';
  if (status === 404) return spoken ? 'not-found' : 'malformed';
  if (status === 409) return 'name-taken';
  // What stands before the engine says that it cannot reach it; an engine would say so in JSON.
  if (!spoken && [502, 503, 504].includes(status)) return 'unreachable';
  if (status >= 500) return 'transient';
  return status >= 400 ? 'refused' : 'malformed';
}

const hints: Partial<Record<EngineFailure, readonly string[]>> = {
  denied: [
    'Whatever stands before the engine (a socket proxy, an authorization plugin) forbids this call.',
    'Fairlead reads /version, /networks and /containers (`watch` also /_ping and /events), and needs POST and',
    'DELETE on /networks to change anything.',
  ],
  unreachable: ['Whatever stands before the engine does not reach it. Does the engine run?'],
  'pool-exhausted': [
    'Remove networks that nothing uses, give the network a subnet of its own (--subnet), or widen',
    '`default-address-pools` in the engine’s daemon.json.',
  ],
  'subnet-overlap': ['Choose a subnet that no other network of this engine uses: fairlead network list'],
};

/**
 * An answer that says no, as an EngineError. `spoken` is the engine's own message, absent where the answer was
 * not JSON. `attempted` reads like «connect web to shop».
 */
export function classifyAnswer(attempted: string, status: number, spoken: string | undefined): EngineError {
  const says = spoken ?? '';
  const row = rows.find(
    ({ status: only, says: pattern }) => (only ?? status) === status && pattern.test(says),
  );
  const failure = row?.means ?? meaningOfStatus(status, spoken !== undefined);
  const why =
    spoken === undefined
      ? `HTTP ${String(status)}, and not in the engine's words`
      : escapeLine(spoken.replaceAll(/\s*\n\s*/g, ' ')).replace(/\.$/, '');
  const advice = row?.hints ?? hints[failure];
  return new EngineError(`Could not ${attempted}: ${why}.`, {
    failure,
    status,
    ...(advice && { hints: advice }),
  });
}

/** Whether Podman says that a container is half connected. */
export function isHalfConnected(error: unknown): boolean {
  return error instanceof EngineError && error.status === 500 && error.message.includes(halfConnected);
}
