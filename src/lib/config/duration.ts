const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The milliseconds of a duration that the schema has let through: `500ms`, `30s`, `5m`, `1h` or `0`. */
export function durationMs(text: string): number {
  const [, amount = '0', unit = 'ms'] = /^([\d.]+)(ms|s|m|h)?$/.exec(text) ?? [];
  return Number(amount) * (units[unit] ?? 1);
}
