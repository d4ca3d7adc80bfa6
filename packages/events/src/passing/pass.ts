import { channelId, type OrgId, userId } from '@parley/core'
import { z } from 'zod'
import type { Bus, Unsubscribe } from '../bus/bus.ts'
import { passingSubject } from '../bus/subjects.ts'
import { passingDeclarations } from './declarations.ts'
import type { PassingEvent } from './passing.ts'

/** Tells events to every gateway that follows the organisation; lost where NATS or a gateway is not there. */
export function pass(bus: Bus, org: OrgId, events: readonly PassingEvent[]): void {
  const told = events.map(({ declaration, body, users, channel }) => ({
    type: declaration.type,
    body,
    users,
    channel,
  }))
  bus.publish(passingSubject(org), JSON.stringify({ org, events: told }))
}

const Wire = z.object({
  org: z.int(),
  events: z.array(
    z.object({
      type: z.string(),
      body: z.unknown(),
      users: z.array(z.int()),
      channel: z.int().nullable(),
    }),
  ),
})

/** Calls back for what is told in passing to an organisation, while connected. What cannot be read is left out. */
export function subscribePassing(
  bus: Bus,
  org: OrgId,
  onEvents: (events: readonly PassingEvent[]) => void,
  onProblem: (what: string, error?: unknown) => void = () => {},
): Unsubscribe {
  return bus.subscribe(passingSubject(org), ({ data }) => {
    let events: readonly PassingEvent[] = []
    try {
      const read = Wire.parse(JSON.parse(new TextDecoder().decode(data)))
      if (read.org === org) events = read.events.flatMap((event) => known(event) ?? [])
    } catch (error) {
      onProblem('what passes cannot be read', error)
    }
    if (events.length > 0) onEvents(events)
  })
}

/** Null for what another version tells. @throws ZodError where the body does not fit its declaration */
function known(event: z.infer<typeof Wire>['events'][number]): PassingEvent | null {
  const declaration = passingDeclarations.get(event.type)
  if (!declaration) return null
  return {
    declaration,
    body: declaration.body.parse(event.body),
    users: event.users.map(userId),
    channel: event.channel === null ? null : channelId(event.channel),
  }
}
