import tseslint from 'typescript-eslint';

/** Heavy packages, and the one place that may load each. Anywhere else they would be paid for at start-up. */
const heavy = {
  'cidr-tools': 'src/lib/net/bounds.ts',
  'toml-eslint-parser': 'src/lib/config/source/toml-text.ts',
  '@humanwhocodes/momoa': 'src/lib/config/source/json-text.ts',
  yaml: 'src/lib/config/source/yaml-text.ts',
  dockerode: 'src/lib/docker/dockerode-engine.ts',
  cockatiel: 'src/lib/docker/retrying-engine.ts',
  execa: 'src/lib/watch/systemd/systemd-notify.ts',
  'prom-client': 'src/lib/watch/metrics/metrics.ts',
  ora: 'src/cli/terminal.ts',
  chalk: 'src/cli/terminal.ts',
};

const restrictHeavy = names => ({
  '@typescript-eslint/no-restricted-imports': [
    'error',
    {
      paths: names.map(name => ({
        name,
        message: `Only ${heavy[name]} loads it, lazily.`,
        allowTypeImports: true,
      })),
    },
  ],
});

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', '*.cjs', 'bin/*.js', 'scripts/*.js'] },
      },
    },
    rules: {
      '@typescript-eslint/no-restricted-imports': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `env['NAME']` is how noPropertyAccessFromIndexSignature wants it read.
      '@typescript-eslint/dot-notation': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  { files: ['src/**/*.ts'], rules: restrictHeavy(Object.keys(heavy)) },
  ...[...new Set(Object.values(heavy))].map(file => ({
    files: [file],
    rules: restrictHeavy(Object.keys(heavy).filter(name => heavy[name] !== file)),
  })),
  {
    // The library prints nothing, ends nothing, and is given its environment.
    files: ['src/lib/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'lib takes what it needs as an argument.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off', 'no-console': 'off' },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-console': 'off' },
  },
);
