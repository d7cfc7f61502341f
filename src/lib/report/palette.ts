/** How kinds of text look; what it is decided by (a terminal, NO_COLOR) is not this layer's business. */
export interface Palette {
  readonly added: (text: string) => string;
  readonly removed: (text: string) => string;
  readonly changed: (text: string) => string;
  readonly failed: (text: string) => string;
  readonly warned: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

const same = (text: string): string => text;

export const plain: Palette = {
  added: same,
  removed: same,
  changed: same,
  failed: same,
  warned: same,
  faint: same,
  strong: same,
};
