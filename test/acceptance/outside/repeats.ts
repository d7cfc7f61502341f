/** How often what is a matter of luck is tried: some times in every run, FAIRLEAD_TEST_REPEATS times as often if set. */
export function repeated(times: number): number {
  const factor = Number(process.env['FAIRLEAD_TEST_REPEATS'] ?? 1);
  if (!(factor >= 1)) throw new RangeError('FAIRLEAD_TEST_REPEATS is a number from 1 on');
  return Math.round(times * factor);
}
