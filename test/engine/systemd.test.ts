import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { silentLog } from '../../src/lib/model/log.js';
import { queueNotifications, sendBySystemdNotify } from '../../src/lib/watch/systemd/systemd-notify.js';
import { NotifySocket } from '../support/notify-socket.js';
import { systemdTool } from './systemd-tools.js';
import { waitUntil } from './wait-until.js';

const units = join(import.meta.dirname, '../../systemd');

describe('systemd', () => {
  it('is told by its own program, in order, with text that is one assignment', async () => {
    const program = await systemdTool('systemd-notify');
    await using socket = await NotifySocket.open();
    const notifier = queueNotifications(sendBySystemdNotify(socket.path, [program]), silentLog);
    notifier.notify({ READY: '1', STATUS: 'first\nSTOPPING=1' });
    notifier.notify({ WATCHDOG: '1' });
    notifier.notify({ RELOADING: '1', MONOTONIC_USEC: '123' });
    notifier.notify({ READY: '1', STATUS: '$(reboot) "quoted" →' });
    await notifier.settled();
    const expected = [
      'READY=1\nSTATUS=first\\nSTOPPING=1',
      'WATCHDOG=1\nRELOADING=1\nMONOTONIC_USEC=123',
      'READY=1\nSTATUS=$(reboot) "quoted" →',
    ];
    await waitUntil('all messages to be there', async () => {
      await Promise.resolve();
      return socket.messages.length >= expected.length;
    });
    expect(socket.messages).to.deep.equal(expected);
  });

  for (const [unit, exposure] of [
    ['fairlead.service', 45],
    ['fairlead-guard.service', 35],
  ] as const) {
    it(`knows everything that is in ${unit}, and shuts in what it starts`, async () => {
      const analyze = await systemdTool('systemd-analyze');
      const folder = await mkdtemp(join(tmpdir(), 'fairlead-unit-'));
      try {
        const copy = join(folder, unit);
        // Where Fairlead and nft are installed is not asked here.
        const text = await readFile(join(units, unit), 'utf8');
        await writeFile(copy, text.replace(/^ExecStart=\w+/m, 'ExecStart=/bin/true'));
        const verified = await execa(analyze, ['verify', '--man=no', copy], { reject: false, all: true });
        expect(verified.all.split('\n').filter(line => line.includes('fairlead'))).to.deep.equal([]);
        const threshold = `--threshold=${String(exposure)}`;
        const security = await execa(analyze, ['security', '--offline=yes', threshold, copy], {
          reject: false,
        });
        expect(security.exitCode, security.stdout).to.equal(0);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }
});
