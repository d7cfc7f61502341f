/** «web and 2 more». */
export function summarize(names: readonly string[]): string {
  const [first = '', ...more] = names;
  return more.length === 0 ? first : `${first} and ${String(more.length)} more`;
}
