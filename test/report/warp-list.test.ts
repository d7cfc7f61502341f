import { expect } from 'chai';
import type { Finding } from '../../src/lib/model/plan.js';
import { type WarpList, warpListLines } from '../../src/lib/report/warp-list.js';

const caveat = (container: string, reason: string, hints: readonly string[] = []): Finding => ({
  find: 'caveat',
  job: 'warps',
  container,
  reason,
  hints,
});

const names = 'name lookups go past the warp';
const list: WarpList = {
  targets: [
    {
      container: 'crawler',
      state: 'routed',
      routes: [
        { via: 'vpn', network: 'net', rules: ['0.0.0.0/0', '::/0'], open: true },
        { via: 'tor', rules: ['10.0.0.0/8 tcp 80-443'], byHand: true, open: false },
      ],
      bypass: ['10.9.0.0/16'],
      why: 'routed as declared',
      caveats: [caveat('crawler', names, ['Give it one.'])],
    },
    {
      container: 'worker',
      state: 'blocked',
      routes: [{ via: 'vpn', rules: ['0.0.0.0/0'], byHand: true, open: false }],
      bypass: [],
      why: 'vpn does not run',
      caveats: [caveat('worker', names, ['Give it one.'])],
    },
    { container: 'hosted', state: 'refused', routes: [], bypass: [], why: 'in the host', caveats: [] },
  ],
  warps: [
    { container: 'vpn', running: true, targets: ['crawler'], caveats: [caveat('vpn', 'forwards no IPv4')] },
  ],
  guarded: [],
};

describe('The list of warps', () => {
  it('has a line for each way of a target, and says what is to be known of several once', () => {
    expect(warpListLines(list)).to.deep.equal([
      'targets',
      '  crawler  routed   → vpn on net              0.0.0.0/0, ::/0',
      '                    → tor (by hand, blocked)  10.0.0.0/8 tcp 80-443',
      '                    not routed                10.9.0.0/16',
      '  worker   blocked  → vpn (by hand)           0.0.0.0/0',
      '                    vpn does not run',
      '  hosted   refused  in the host',
      'warps',
      '  vpn  running  1 target',
      'to know of',
      '  ! crawler, worker: name lookups go past the warp',
      '      Give it one.',
      '  ! vpn: forwards no IPv4',
    ]);
  });

  it('says by whom packets get out of a guarded network', () => {
    const guarded = (warps: string[], elsewhere: string[], dropped: number): WarpList => ({
      targets: [],
      warps: [],
      guarded: [
        { network: 'net', state: 'guarded', why: 'as declared', warps, elsewhere, dropped, caveats: [] },
      ],
    });
    const said = (shown: WarpList): string | undefined => warpListLines(shown)[1];
    expect(said(guarded(['172.20.0.2'], [], 0))).to.equal(
      '  net  guarded  out by 172.20.0.2 only; 0 packets held back',
    );
    expect(said(guarded([], ['vpn'], 1))).to.equal(
      '  net  guarded  out through vpn only, by another network; 1 packet held back',
    );
    expect(said(guarded([], [], 7))).to.equal(
      '  net  guarded  no warp runs on it: nothing gets out; 7 packets held back',
    );
  });

  it('says so where there is nothing', () => {
    expect(warpListLines({ targets: [], warps: [], guarded: [] })).to.deep.equal([
      'No target, no warp and no guarded network.',
    ]);
  });
});
