import tseslint from 'typescript-eslint';

/** What a folder may import (everything else is refused); see CONTRIBUTING.md, "Folder fences". */
function fence(files, forbidden, message, extra = {}) {
  return {
    files,
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: forbidden, message }] }],
      ...extra,
    },
  };
}

const PURE_GLOBALS = [
  'Date',
  'fetch',
  'process',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'console',
  'performance',
];

export default tseslint.config(
  { ignores: ['dist/**', '.build/**', '.local/**', 'node_modules/**', 'coverage/**', '**/*.mjs', 'eslint.config.js'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/strict-boolean-expressions': ['error', { allowString: false, allowNumber: false }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Biome owns unused code and formatting; typescript-eslint owns meaning.
      '@typescript-eslint/no-unused-vars': 'off',
    },
  },
  fence(
    ['shared/core/**/*.ts'],
    '^(?!\\./|node:crypto$|node-forge/lib/asn1)',
    'core is pure: it imports core, node:crypto and the ASN.1 reader, nothing else',
    {
      'no-restricted-globals': [
        'error',
        ...PURE_GLOBALS.map((name) => ({ name, message: 'core receives time and environment as arguments' })),
      ],
    },
  ),
  {
    files: ['shared/core/time.ts'],
    rules: { 'no-restricted-globals': 'off' }, // the one file that may name Date
  },
  fence(
    ['shared/core/sweep/**/*.ts', 'shared/core/notify/**/*.ts'],
    '^(?!\\./|\\.\\./[a-z0-9-]+\\.ts$|node:crypto$)',
    'core is pure: the parts of sweep and notify import core and node:crypto, nothing else',
  ),
  fence(['shared/ports/**/*.ts'], '^(?!\\./|\\.\\./core/)', 'ports speak in core types only'),
  fence(
    ['shared/pipelines/**/*.ts'],
    '^(?!\\.|node:(?:crypto|zlib)$|valibot$|csv-parse/sync$)|/(adapters|events|local|functions|scripts|test)/',
    'a use case knows core, ports and readers of text, never an adapter or an SDK',
  ),
  fence(
    ['shared/adapters/**/*.ts'],
    '/(pipelines|events)/|/local/|/functions/',
    'an adapter knows core, ports and its SDK',
  ),
  fence(
    ['shared/events/**/*.ts', 'shared/config*.ts'],
    '/(pipelines|adapters|ports)/|/local/|/functions/',
    'edges turn text into core types',
  ),
  fence(['functions/**/*.ts'], '/local/|/scripts/|/test/', 'functions compose what shared offers'),
  fence(
    ['local/**/*.ts'],
    '/(shared|functions|scripts|test)/',
    'the local cloud is an independent reading of the documents: it imports nothing of ours',
  ),
);
