#!/usr/bin/env node
// The pre-deploy action of s.yaml: refuses to deploy what cannot work. The check itself is TypeScript, because it reads
// s.yaml and the configuration with the code the local cloud and the functions read them with; esbuild bundles it.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));
const OUTPUT = join(PROJECT, '.build', 'check-deployment.cjs');

await build({
  entryPoints: [join(PROJECT, 'scripts', 'deployment', 'index.ts')],
  outfile: OUTPUT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'error',
});
process.exitCode = createRequire(import.meta.url)(OUTPUT).main(PROJECT);
