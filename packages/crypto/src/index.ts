export {
  type Authority,
  createCa,
  type LeafRequest,
  loadCa,
  type Pair,
  revokedIn,
  type Sources,
} from './authority.ts'
export * from './envelope.ts'
export * from './files.ts'
export * from './leaves.ts'
export * from './merkle-proof.ts'
export * from './merkle.ts'
export * from './spiffe.ts'
export * from './token-key.ts'
