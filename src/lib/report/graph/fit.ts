import stringWidth from 'fast-string-width';

const graphemes = new Intl.Segmenter();

/** Text cut to a width in columns, with an ellipsis where something is missing; never within a character. */
export function fit(text: string, columns: number, ellipsis: string): string {
  if (stringWidth(text) <= columns) return text;
  let room = columns - stringWidth(ellipsis);
  if (room < 0) return '';
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    room -= stringWidth(segment);
    if (room < 0) break;
    kept += segment;
  }
  return kept.trimEnd() + ellipsis;
}
