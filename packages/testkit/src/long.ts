import fc from 'fast-check'

// `./parley test --long`: every law is tried on many more cases.
if (process.env['PARLEY_TEST_LONG'] === '1') fc.configureGlobal({ numRuns: 1000 })
