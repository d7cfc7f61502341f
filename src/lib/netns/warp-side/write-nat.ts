import type { Family } from '../../model/routing.js';
import type { WarpNat } from '../../model/warp-side.js';
import { isKernelFailure } from '../kernel-error.js';
import { byFamily, families } from '../nft/expressions.js';
import type { NftTable } from '../nft/ruleset.js';
import { applyCommands, removeTable, replaceTable } from '../nft/run-nft.js';
import type { OpenNamespace } from '../open-namespace.js';
import type { RunTool } from '../tools.js';
import { acceptChanges, nativeChanges } from './accepts.js';
import { placeBeacon, removeBeacon } from './beacon.js';
import { iptables } from './iptables.js';
import { type Memory, natTable, readNatTable } from './nat-table.js';
import { rulesOfOthers } from './rules-of-others.js';
import { type Survey, survey } from './survey.js';
import { changesAhead, switchOn, takeBack } from './switches.js';

const attempted = 'let through what a warp is to forward';

/** How often what the image itself changed meanwhile is made up for. */
const attempts = 3;

/** Brings our rules in the FORWARD chains of iptables to what they should be. */
async function settleAccepts(run: RunTool, within: OpenNamespace, nat: WarpNat | undefined): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const seen = await survey(run, within);
    const { dropping } = rulesOfOthers(seen);
    const changes = seen.forward.flatMap(chain =>
      acceptChanges(chain, nat, dropping).map(args => ({ ...chain, args })),
    );
    if (changes.length === 0) return;
    try {
      for (const { backend, family, args } of changes) {
        await iptables({ run, within, backend, family }, args, attempted);
      }
      return;
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}

/**
 * Decided when NAT is first set up in a family, and then as it is: to change it would break what is open. Where rules of
 * others masquerade, or may, nothing went without NAT that could get it late.
 */
function zonedFamilies(wanted: readonly Family[], seen: Survey): ReadonlySet<Family> {
  const own = seen.own && readNatTable(seen.own);
  const masqueraded = new Set([...rulesOfOthers(seen).masquerades, ...seen.unread]);
  return new Set(
    wanted.filter(family => (own?.served.has(family) ? own.zoned.has(family) : !masqueraded.has(family))),
  );
}

/** First what holds back, then what lets through: whenever it is cut short, packets have one way out or none. */
async function setUp(run: RunTool, within: OpenNamespace, nat: WarpNat): Promise<void> {
  await placeBeacon(run, within);
  const among = byFamily(nat.targets);
  const wanted = families.filter(family => among[family].length > 0);
  const seen = await survey(run, within);
  const before: ReadonlySet<Memory> = seen.own ? readNatTable(seen.own).remembered : new Set();
  const remembered = await changesAhead({ run, within }, wanted, before);
  const accepts = nativeChanges(seen.tables, nat);
  const place = async (zoned: ReadonlySet<Family>): Promise<void> => {
    const commands = [...replaceTable(natTable(nat, { remembered, zoned })), ...accepts];
    await applyCommands({ run, within }, commands, 'set up NAT in a container');
  };
  const zoned = zonedFamilies(wanted, seen);
  try {
    await place(zoned);
  } catch (error) {
    // A kernel may be built without zones.
    if (zoned.size === 0 || !isKernelFailure(error, 'refused')) throw error;
    await place(new Set());
  }
  await switchOn({ run, within }, wanted);
  await settleAccepts(run, within, nat);
}

/** The table goes after all else, for it says what there is to take back; and the beacon last. */
async function takeDown(run: RunTool, within: OpenNamespace): Promise<void> {
  const { own, tables } = await survey(run, within);
  if (own) await takeOut(run, within, own, tables);
  await removeBeacon(run, within);
}

async function takeOut(
  run: RunTool,
  within: OpenNamespace,
  own: NftTable,
  tables: readonly NftTable[],
): Promise<void> {
  await settleAccepts(run, within, undefined);
  await takeBack({ run, within }, readNatTable(own).remembered);
  const commands = [...nativeChanges(tables, undefined), ...removeTable(own)];
  await applyCommands({ run, within }, commands, 'remove NAT from a container');
}

/** Sets up forwarding and NAT in a warp's namespace; without `nat` removes all that is ours there. */
export async function writeNat(run: RunTool, within: OpenNamespace, nat: WarpNat | undefined): Promise<void> {
  await (nat ? setUp(run, within, nat) : takeDown(run, within));
}
