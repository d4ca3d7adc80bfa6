import fc from 'fast-check'
import { long } from './size.ts'

// `./parley test --long`: every law is tried on many more cases.
if (long) fc.configureGlobal({ numRuns: 1000 })
