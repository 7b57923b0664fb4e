/**
 * Lint: the mistakes that types alone do not catch, and the house's bans. What a rule forbids here, no comment may
 * allow again (`noInlineConfig`). Layering, sizes and names are tests in tests/house.
 */
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Where time, chance and the environment may come from; everywhere else takes a Clock, a Random, a configuration. */
const sources = [
  'shared/base/**',
  'shared/config/**',
  'shared/process/**',
  'shared/{store,queue,coordination}/*/**',
  'services/*/main.ts',
  'clients/cli/main.ts',
  'clients/sdk/waiting.ts',
  'deploy/**',
  'tests/**',
  '*.config.*',
];

const clock = 'take a Clock (shared/base/clock.ts)';
/** Forms that the house does not use. */
const shapes = [
  { selector: 'ExportAllDeclaration', message: 'no barrels: import from the file that says it' },
  { selector: 'TSInterfaceDeclaration[id.name=/^I[A-Z][a-z]/]', message: 'no I-prefixes' },
  { selector: 'TSEnumDeclaration', message: 'use a union of literals' },
];

const timers = ['setTimeout', 'setInterval', 'setImmediate'];

export default defineConfig(
  { ignores: ['build/', 'coverage/', 'data/', 'node_modules/'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      // A port's method is asynchronous whether or not its embedded implementation has to wait.
      '@typescript-eslint/require-await': 'off',
      // Options are objects whose functions are taken apart and never use `this`.
      '@typescript-eslint/unbound-method': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      'no-empty': 'error',
      'no-return-assign': 'error',
      'no-self-assign': 'error',
      'no-unsafe-finally': 'error',
      'no-useless-catch': 'error',
      'no-restricted-syntax': ['error', ...shapes],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'anywhere' }],
    },
  },
  {
    files: ['**/*.ts'],
    ignores: sources,
    rules: {
      'no-restricted-globals': [
        'error',
        ...timers.map((name) => ({ name, message: clock })),
        { name: 'performance', message: clock },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'take a configuration (shared/config)' },
        { object: 'process', property: 'hrtime', message: clock },
        { object: 'Date', property: 'now', message: clock },
        { object: 'Math', property: 'random', message: 'take a Random (shared/base/random.ts)' },
        ...timers.map((property) => ({ object: 'globalThis', property, message: clock })),
      ],
      'no-restricted-imports': [
        'error',
        ...['timers', 'timers/promises', 'perf_hooks'].flatMap((name) =>
          [name, `node:${name}`].map((path) => ({ name: path, message: clock })),
        ),
        ...['process', 'node:process'].map((name) => ({ name, message: 'use the global `process`' })),
      ],
      'no-restricted-syntax': [
        'error',
        ...shapes,
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: clock },
        { selector: 'CallExpression[callee.name="Date"]', message: clock },
      ],
    },
  },
  {
    files: ['deploy/**/*.ts', 'services/*/main.ts', 'tests/{e2e,load,bench,chaos}/**'],
    rules: { 'no-console': 'off' },
  },
  // The rows of a table of cases become arguments.
  { files: ['tests/**/*.ts'], rules: { '@typescript-eslint/max-params': 'off' } },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', module: 'writable' } },
  },
);
