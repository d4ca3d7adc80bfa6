export { long, size } from '@parley/testkit'
