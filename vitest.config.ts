import { defineConfig } from 'vitest/config'

const long = process.env['PARLEY_TEST_LONG'] === '1'

export default defineConfig({
  test: {
    testTimeout: long ? 600_000 : 60_000,
    hookTimeout: 240_000,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts', 'services/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/generated/**', 'packages/testkit/**'],
      // `./parley test` adds what the product's own processes ran, and holds the sum against its limits.
      reporter: ['html', 'json'],
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'code',
          // Loading the product anew for each of 230 files took longer than its tests: files share a worker's modules,
          // and leave nothing behind in them.
          isolate: false,
          include: ['packages/**/*.test.ts', 'services/**/*.test.ts', 'e2e/house-rules.test.ts'],
          globalSetup: ['packages/testkit/src/servers/global-setup.ts'],
          setupFiles: ['packages/testkit/src/long.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/*.test.ts'],
          exclude: ['e2e/house-rules.test.ts'],
          globalSetup: ['e2e/global-product.ts'],
          // Each file works on running processes: two at once would measure each other.
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          // Each file breaks a product of its own, and waits most of the time: see how many at once in `./parley test`.
          name: 'invariants',
          include: ['e2e/*/**/*.test.ts'],
        },
      },
    ],
  },
})
