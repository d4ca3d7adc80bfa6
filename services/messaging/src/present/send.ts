import type { Granted } from '@parley/access'
import type { Composed } from '../compose.ts'
import type { Target } from '../facts/target.ts'
import type { Send } from '../repo/send-batch.ts'
import { requestDigest, type SendKey } from '../rules/send-key.ts'
import { eventFields } from './event-fields.ts'

/** A composed message as it is written, with its event. */
export function sendOf(
  granted: Granted<'message:send'>,
  target: Target,
  { topic, topicLinks, content, rendered, wildcards, mentioned, stands }: Composed,
  more: {
    readonly key: SendKey
    readonly client: string
    /** Seconds since the Unix epoch. */
    readonly timestamp: number
    readonly senderRead: boolean
    readonly alerted: readonly number[]
    readonly alertVersion: number | null
    readonly queueId: string | null
    readonly localId: string | null
    /** Who wants it read from the start; nobody, where it is not said. */
    readonly readBy?: readonly number[]
    /** For whom alone it is unread; for everybody else, where it is not said. */
    readonly unreadFor?: readonly number[] | null
  },
): Send {
  const { key, client, timestamp, senderRead, alerted, alertVersion, queueId, localId } = more
  return {
    granted,
    ask: target.ask,
    hash: stands.hash,
    rights: stands.rights,
    key,
    request: requestDigest(target.ask, topic, content),
    topic,
    content,
    rendered: rendered.html,
    client,
    timestamp,
    senderRead,
    mentioned,
    alerted,
    alertVersion,
    readBy: more.readBy ?? [],
    unreadFor: more.unreadFor ?? null,
    ...wildcards,
    event: eventFields(target.found.facts, {
      topicLinks,
      read: senderRead ? [granted.actor.userId] : [],
      mentioned,
      alerted,
      ...wildcards,
      queueId,
      localId,
    }),
  }
}
