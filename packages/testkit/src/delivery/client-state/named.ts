import { z } from 'zod'
import { Ids } from './snapshot.ts'
import { without } from './state.ts'

/** A permission that names people and groups in place. */
const NamedInPlace = z.object({ direct_members: Ids, direct_subgroups: Ids })

/** Drops people from the permissions that name people in place. */
export function dropNamed(facts: Record<string, unknown>, users: readonly number[]): void {
  for (const [key, value] of Object.entries(facts)) {
    const named = NamedInPlace.safeParse(value)
    if (named.success)
      facts[key] = { ...named.data, direct_members: without(named.data.direct_members, users) }
  }
}
