// Writes what follows from the config's schema: the JSON Schema for editors and the list of keys in the docs.
//   node scripts/schema.js           writes both
//   node scripts/schema.js --check   says whether both are as they should be
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { register } from 'tsx/esm/api';
import { z } from 'zod';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

register();
const { configSchema } = await import('../src/lib/config/schema.ts');
const { schemaUrl } = await import('../src/lib/config/schema-url.ts');
const { settings } = await import('../src/lib/config/settings.ts');

/** Maps with fixed keys take `x-` keys too, as in Compose. */
function allowExtensions(node) {
  if (Array.isArray(node)) return node.map(allowExtensions);
  if (typeof node !== 'object' || node === null) return node;
  const walked = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, allowExtensions(value)]),
  );
  // What only repeats that keys are text.
  if (walked.propertyNames?.type === 'string' && Object.keys(walked.propertyNames).length === 1)
    delete walked.propertyNames;
  return walked.additionalProperties === false ? { ...walked, patternProperties: { '^x-': {} } } : walked;
}

function jsonSchema() {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { target: 'draft-7', io: 'input' });
  const title = 'Fairlead configuration';
  return { $schema, $id: schemaUrl, title, ...allowExtensions(schema) };
}

const names = {
  string: 'text',
  boolean: 'boolean',
  integer: 'whole number',
  number: 'number',
  array: 'list',
  object: 'map',
};

function typeOf(schema) {
  if (schema.enum) return schema.enum.map(value => `\`${value}\``).join(', ');
  if (schema.anyOf)
    return [...new Set(schema.anyOf.filter(({ type }) => type !== 'null').map(typeOf))].join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`;
  return names[schema.type] ?? 'anything';
}

/** The keys of a schema and of everything in it, as rows of a table. */
function rows(schema, path = '') {
  const branches = schema.anyOf ?? [schema];
  return branches.flatMap(branch => {
    if (branch.type === 'array') return rows(branch.items, `${path}[]`);
    const fixed = Object.entries(branch.properties ?? {}).flatMap(([key, value]) => {
      const at = path === '' ? key : `${path}.${key}`;
      return [row(at, value), ...rows(value, at)];
    });
    const { additionalProperties: any } = branch;
    return typeof any === 'object' ? [...fixed, ...rows(any, `${path}.<name>`)] : fixed;
  });
}

function row(path, schema) {
  const value = schema.default;
  const shown =
    value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)
      ? ''
      : `\`${JSON.stringify(value)}\``;
  const text = (schema.description ?? '').replaceAll('<', '&lt;').replaceAll('|', '\\|');
  return `| \`${path}\` | ${typeOf(schema)} | ${shown} | ${text} |`;
}

function reference(schema) {
  const sections = Object.entries(schema.properties).filter(([key]) => key !== '$schema');
  return sections
    .map(([key, section]) =>
      [
        `### ${key}`,
        '',
        '| key | type | default | |',
        '| --- | --- | --- | --- |',
        row(key, section),
        ...rows(section, key),
      ].join('\n'),
    )
    .join('\n\n');
}

function variables() {
  const table = settings.map(({ path, variable, kind }) => {
    const how =
      { boolean: '`true`, `false`, `1`, `0`', list: 'entries with `;` between them', seconds: 'seconds' }[
        kind
      ] ?? '';
    return `| \`${variable}\` | \`${path.join('.')}\` | ${how} |`;
  });
  return ['| variable | key | |', '| --- | --- | --- |', ...table].join('\n');
}

/** A page with its generated parts renewed, each between two comments. */
function renewed(page, parts) {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const pattern = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    if (!pattern.test(text)) throw new Error(`docs/configuration.md has no part ${name}`);
    return text.replace(pattern, (_, before, after) => `${before}\n${part}\n\n${after}`);
  }, page);
}

const schema = jsonSchema();
const page = join(root, 'docs/configuration.md');
const schemaFile = join(root, 'schema/fairlead.schema.json');
const written = [
  [schemaFile, `${JSON.stringify(schema, null, 2)}\n`],
  [page, renewed(await readFile(page, 'utf8'), { keys: reference(schema), variables: variables() })],
];

const style = JSON.parse(await readFile(join(root, '.prettierrc.json'), 'utf8'));

for (const [file, draft] of written) {
  const text = await format(draft, { ...style, filepath: file });
  if (!process.argv.includes('--check')) await writeFile(file, text);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    process.stderr.write(`${file} is not what the schema makes of it: run node scripts/schema.js\n`);
    process.exitCode = 1;
  }
}
