type Environment = Readonly<Record<string, string | undefined>>;

/** How often the service manager wants a sign of life: twice as often as it demands, as sd_watchdog_enabled(3) advises. */
export function watchdogIntervalMs(env: Environment, pid: number): number | undefined {
  const text = env['WATCHDOG_USEC'] ?? '';
  const meant = env['WATCHDOG_PID'];
  // Set for another process, and inherited by this one.
  if (meant !== undefined && meant !== '' && meant !== String(pid)) return undefined;
  if (!/^[1-9]\d{0,15}$/.test(text)) return undefined;
  return Number(text) / 1000 / 2;
}
