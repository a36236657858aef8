import { defineConfig } from 'vitest/config';

const project = (name: string, testTimeoutMs: number) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: testTimeoutMs, hookTimeout: 60_000 },
});

export default defineConfig({
  test: {
    allowOnly: false,
    maxWorkers: 2,
    reporters: ['default', 'json'],
    outputFile: { json: '.build/test-results.json' },
    projects: [
      project('unit', 60_000),
      project('property', 300_000),
      project('contract', 120_000),
      project('integration', 300_000),
    ],
  },
});
