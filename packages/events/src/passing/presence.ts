import { presenceStatuses } from '@parley/api'
import { z } from 'zod'
import type { PassingDeclaration } from './passing.ts'

const Turned = z.object({
  user_id: z.int(),
  email: z.string(),
  /** When last active, and last there at all; seconds since the Unix epoch. */
  active: z.int(),
  there: z.int(),
  /** The same as older clients read it. */
  status: z.enum(presenceStatuses),
  timestamp: z.int(),
})
export type Turned = z.infer<typeof Turned>

const Body = z.object({
  /** Seconds since the Unix epoch. */
  server_timestamp: z.number(),
  people: z.array(Turned),
})

/** People have come, gone idle or become active again (Zulip API: event presence). */
export const presenceTurned: PassingDeclaration<z.infer<typeof Body>> = {
  type: 'presence',
  audience: 'organisation',
  body: Body,
  variant: ({ capabilities, slimPresence }) =>
    capabilities.simplified_presence_events ? 'together' : slimPresence ? 'by id' : 'by e-mail',
  shapes: ({ server_timestamp, people: all }, { capabilities, slimPresence, sees }) => {
    const people = sees ? all.filter(({ user_id }) => sees.has(user_id)) : all
    if (people.length === 0) return []
    if (capabilities.simplified_presence_events) {
      const presences = people.map(({ user_id, active, there }) => [
        user_id,
        { active_timestamp: active, idle_timestamp: there },
      ])
      return [{ type: 'presence', presences: Object.fromEntries(presences) }]
    }
    return people.map(({ user_id, email, status, timestamp }) => ({
      type: 'presence',
      user_id,
      ...(slimPresence ? {} : { email }),
      server_timestamp,
      presence: { website: { client: 'website', status, timestamp, pushable: false } },
    }))
  },
}
