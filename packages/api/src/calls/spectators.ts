import { z } from 'zod'
import { call } from '../operation.ts'
import { Capabilities } from './snapshot.ts'

/** Does the organisation let anybody look who has no account? */
export const letsSpectators = call({
  id: 'auth.lets-spectators',
  service: 'auth',
  callers: ['gateway'],
  idempotent: true,
  input: z.object({ org: z.int() }),
  response: z.object({ letIn: z.boolean() }),
})

const SpectatorRequest = z.object({
  org: z.int(),
  /** Wanted event types; null is all. */
  types: z.array(z.string()).nullable(),
  capabilities: Capabilities,
  url: z.string(),
})
export type SpectatorRequest = z.infer<typeof SpectatorRequest>

const spectatorSnapshotOf = <S extends 'auth' | 'streams'>(service: S) =>
  call({
    id: `${service}.spectator-snapshot`,
    service,
    callers: ['gateway'],
    idempotent: true,
    input: SpectatorRequest,
    /** The part of `register`'s answer that a service owns, by key. Fails with UNAUTHORIZED where nobody is let in. */
    response: z.record(z.string(), z.unknown()),
  })
export const authSpectatorSnapshot = spectatorSnapshotOf('auth')
export const streamsSpectatorSnapshot = spectatorSnapshotOf('streams')
