/** A token of DOT: a quoted string (already read), or anything else as it stands. */
export interface DotToken {
  readonly kind: 'quoted' | 'plain';
  readonly text: string;
}

const pattern = /\s+|"((?:[^"\\]|\\[^])*)"|--|[A-Za-z_][\w]*|-?\d+(?:\.\d+)?|[{}[\]=,;]/y;

function unescaped(text: string): string {
  return text.replace(/\\([^])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign)).replaceAll('&amp;', '&');
}

export function dotTokens(text: string): DotToken[] {
  const tokens: DotToken[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw new Error(`no token at ${String(at)}: ${text.slice(at, at + 20)}`);
    const [whole, inner] = match;
    if (inner !== undefined) tokens.push({ kind: 'quoted', text: unescaped(inner) });
    else if (whole.trim() !== '') tokens.push({ kind: 'plain', text: whole });
  }
  return tokens;
}

/** What a document declares. Throws where it is no DOT. */
export interface ReadDot {
  readonly labels: ReadonlyMap<string, string>;
  readonly edges: readonly (readonly [from: string, to: string, label: string | undefined])[];
}

/** Reads the part of the language that graphs are written in. */
export function readDot(text: string): ReadDot {
  const tokens = dotTokens(text);
  const labels = new Map<string, string>();
  const edges: [string, string, string | undefined][] = [];
  let at = 0;
  const peek = (): string | undefined => {
    const token = tokens[at];
    return token?.kind === 'plain' ? token.text : undefined;
  };
  const take = (): string => {
    const token = tokens[at];
    if (!token) throw new Error('ends too early');
    at += 1;
    return token.text;
  };
  const expect = (wanted: string): void => {
    if (peek() !== wanted) throw new Error(`${String(peek())} where ${wanted} should be`);
    at += 1;
  };
  const attributes = (): Map<string, string> => {
    const found = new Map<string, string>();
    if (peek() !== '[') return found;
    expect('[');
    while (peek() !== ']') {
      const key = take();
      expect('=');
      found.set(key, take());
      if (peek() === ',') at += 1;
    }
    expect(']');
    return found;
  };
  const statement = (): void => {
    const first = take();
    if (first === 'subgraph') {
      take();
      block();
      return;
    }
    if (peek() === '=') {
      at += 1;
      take();
    } else if (peek() === '--') {
      at += 1;
      const to = take();
      edges.push([first, to, attributes().get('label')]);
    } else {
      const label = attributes().get('label');
      if (label !== undefined) labels.set(first, label);
    }
    expect(';');
  };
  function block(): void {
    expect('{');
    while (peek() !== '}') statement();
    expect('}');
  }
  expect('graph');
  take();
  block();
  if (at !== tokens.length) throw new Error('goes on behind its end');
  return { labels, edges };
}
