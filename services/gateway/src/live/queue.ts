import { Capabilities } from '@parley/api'
import { isGuestRole } from '@parley/access'
import { userId } from '@parley/core'
import type { Viewer } from '@parley/events'
import { z } from 'zod'
import type { Wired } from './encoded.ts'
import type { Person } from './person.ts'
import { compileNarrow, type Narrow } from './narrow.ts'
import type { Recent } from './ring.ts'
import type { Standing } from './visibility.ts'

/** A queue as its row says: what it wants and how it wants it. It never changes but for its position. */
export const QueueSpec = z.object({
  queueId: z.uuid(),
  org: z.int(),
  user: z.int(),
  /** The user's in the snapshot that the queue began with. */
  vantage: z.int().default(1),
  /** The head of the log in the snapshot that the queue began with. */
  start: z.int(),
  /** Wire types; null is all. */
  eventTypes: z.array(z.string()).nullable(),
  narrow: z.array(
    z.object({
      operator: z.string(),
      operand: z.union([z.string(), z.int(), z.array(z.int())]),
      negated: z.boolean(),
    }),
  ),
  allPublicStreams: z.boolean(),
  capabilities: Capabilities,
  applyMarkdown: z.boolean(),
  slimPresence: z.boolean(),
  /** Seconds without a poll after which it is collected. */
  lifespan: z.int(),
})
export type QueueSpec = z.infer<typeof QueueSpec>

/** What of its user decides how events look. */
export type Looking = Pick<Person, 'role' | 'sees'>

/** Queues that ask for the same list share the set of it. */
const sets = new WeakMap<readonly string[], ReadonlySet<string>>()
function setOf(types: readonly string[]): ReadonlySet<string> {
  const known = sets.get(types)
  if (known) return known
  const set = new Set(types)
  sets.set(types, set)
  return set
}

/** A queue ready to judge events. */
export class Queue {
  readonly spec: QueueSpec
  readonly #types: ReadonlySet<string> | null
  readonly #narrow: Narrow | null
  #viewer: Viewer | null = null

  constructor(spec: QueueSpec) {
    this.spec = spec
    this.#types = spec.eventTypes && setOf(spec.eventTypes)
    this.#narrow = compileNarrow(spec.narrow)
  }

  /** The event as this queue's user gets it; null where the queue does not want it. */
  take(recent: Recent, person: Looking): Wired | null {
    if (!recent.declaration.wire.some((type) => this.wants(type))) return null
    const viewer = this.viewer(person)
    const shaped = recent.encoded.for(viewer)
    if (!shaped || !this.wants(shaped.wire.type)) return null
    const own = recent.encoded.own(viewer)
    if (this.#narrow && !this.#narrow(shaped.wire, own, this.spec.user)) return null
    return recent.encoded.wired(recent.seq, shaped, own)
  }

  /** Does it want events of this wire type? */
  wants(type: string): boolean {
    return this.#types?.has(type) ?? true
  }

  viewer({ role, sees }: Looking): Viewer {
    const { spec } = this
    if (this.#viewer?.role === role && this.#viewer.sees === sees) return this.#viewer
    this.#viewer = {
      userId: userId(spec.user),
      role,
      sees,
      capabilities: spec.capabilities,
      applyMarkdown: spec.applyMarkdown,
      slimPresence: spec.slimPresence,
      queueId: spec.queueId,
    }
    return this.#viewer
  }

  /** Where its user stands; open channels only for queues that asked for them, never for guests. */
  standing(person: Person, open: ReadonlySet<number>): Standing {
    const all = this.spec.allPublicStreams && !isGuestRole(person.role)
    return { channels: person.channels, open: all ? open : null }
  }
}
