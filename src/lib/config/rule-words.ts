/** What the words of a rule that is none were probably meant as. */
export interface RuleWords {
  readonly to: string;
  readonly protocol?: string;
  readonly ports?: string;
}

const protocol = /^(?:tcp|udp|icmp)$/;
const ports = /^\d[\d,-]*$/;
/** More text than a rule has, and more than is worth looking through. */
const longest = 200;

/** `80/tcp`, `tcp/80` and `tcp:80` are two words; `80:443` is what iptables writes for `80-443`. */
function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter(word => word !== '')
    .flatMap(word => {
      const [, first, second] = /^([\d,:-]+|tcp|udp|icmp)[/:]([\d,:-]+|tcp|udp|icmp)$/.exec(word) ?? [];
      const isPair = first !== undefined && second !== undefined && /[a-z]/.test(word);
      return isPair ? [first, second] : [word];
    })
    .map(word => word.replace(/^(\d+):(\d+)$/, '$1-$2'));
}

/**
 * The words of a rule in their order, whatever order they were written in: ports without a protocol are TCP's, and
 * without a destination everything is meant. Undefined where a word is left over.
 */
export function ruleWords(text: string): RuleWords | undefined {
  if (text.length > longest) return undefined;
  const words = wordsOf(text);
  const named = words.find(word => protocol.test(word));
  const numbered = words.find(word => ports.test(word));
  const rest = words.filter(word => word !== named && word !== numbered);
  if (rest.length > 1 || words.length === 0) return undefined;
  const spoken = named ?? (numbered === undefined ? undefined : 'tcp');
  return {
    to: rest[0] ?? '0.0.0.0/0',
    ...(spoken !== undefined && { protocol: spoken }),
    ...(numbered !== undefined && { ports: numbered }),
  };
}
