import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';

interface Manifest {
  readonly commands: Readonly<Record<string, { readonly flags: Readonly<Record<string, unknown>> }>>;
}

const root = new URL('../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('oclif.manifest.json', root), 'utf8')) as Manifest;
const script = readFileSync(new URL('completions/fairlead.bash', root), 'utf8');

/** What bash proposes for a line that is typed so far; its last word is what Tab is pressed behind. */
function proposed(...words: string[]): string[] {
  const typed = ['fairlead', ...words].map(word => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${typed}); COMP_CWORD=${String(words.length)}; _fairlead; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const printed = execFileSync('bash', ['--norc', '-euc', `${script}\n${ask}`], { encoding: 'utf8' });
  return printed.split('\n').filter(line => line !== '');
}

describe('completion in bash', () => {
  it('proposes commands and topics, and the commands of a topic', () => {
    const commands = Object.keys(manifest.commands);
    const first = new Set(commands.map(id => id.split(':')[0]));
    expect(proposed('')).to.have.members([...first, '--help', '--version']);
    expect(proposed('st')).to.deep.equal(['status']);
    const ofNetwork = commands.filter(id => id.startsWith('network:')).map(id => id.slice('network:'.length));
    expect(proposed('network', '')).to.have.members(ofNetwork);
    expect(proposed('network', 'en')).to.deep.equal(['ensure']);
  });

  it('proposes the flags of every command', () => {
    for (const [id, { flags }] of Object.entries(manifest.commands)) {
      const all = proposed(...id.split(':'), '--');
      expect(all, id).to.include.members([...Object.keys(flags).map(name => `--${name}`), '--help']);
    }
    expect(proposed('network', 'ensure', 'backend', '--no-i')).to.have.members([
      '--no-ipv4',
      '--no-ipv6',
      '--no-internal',
    ]);
  });

  it('proposes the words that a flag may have, with a space or = before them', () => {
    expect(proposed('proxy', 'join', '--leave', '')).to.deep.equal(['joined', 'any', 'never']);
    expect(proposed('plan', '--log-level', '=', 'd')).to.deep.equal(['debug']);
    expect(proposed('plan', '--log-level', '=')).to.deep.equal(['debug', 'info', 'warn', 'error']);
  });

  it('leaves names and files to the shell', () => {
    expect(proposed('plan', '--config', 'fair')).to.deep.equal([]);
    expect(proposed('network', 'ensure', 'back')).to.deep.equal([]);
    expect(proposed('nonsense', '--')).to.deep.equal([]);
  });
});
