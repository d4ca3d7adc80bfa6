import type { UserId } from '@parley/core'
import type { MessageAudience } from '@parley/events'

/** Those of the changed messages that the same people are told of. */
export interface Told {
  readonly audience: MessageAudience
  /** Ascending. */
  readonly ids: readonly number[]
}

/** The same, one message at a time: whoever is told of it. In the order of the messages. */
export function byMessage(told: readonly Told[]): Told[] {
  const found = new Map<number, { readonly audience: MessageAudience; readonly users: Set<UserId> }>()
  for (const { audience, ids } of told)
    for (const id of ids) {
      const one = found.get(id) ?? { audience, users: new Set() }
      found.set(id, one)
      for (const user of audience.users) one.users.add(user)
    }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([id, { audience, users }]) => ({
      audience: { ...audience, users: [...users].sort((a, b) => a - b) },
      ids: [id],
    }))
}
