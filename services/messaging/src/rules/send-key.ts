import { type Ids, sha256, type UserId } from '@parley/core'

/** What makes a repeated send recognisable. */
export interface SendKey {
  /** 32 bytes. */
  readonly key: Buffer
  /** Drawn here because the client gave none: it only serves to ask for the outcome of this very call. */
  readonly drawn: boolean
}

const digest = (parts: readonly (string | number | readonly number[])[]): Buffer =>
  sha256(JSON.stringify(parts))

/** The key of a send: of its `Idempotency-Key`, else of its queue and local id, else a new one. */
export function sendKey(
  sender: UserId,
  given: {
    readonly idempotencyKey?: string | undefined
    readonly queueId?: string | undefined
    readonly localId?: string | undefined
  },
  ids: Ids,
): SendKey {
  if (given.idempotencyKey !== undefined)
    return { key: digest(['header', sender, given.idempotencyKey]), drawn: false }
  if (given.queueId !== undefined && given.localId !== undefined)
    return { key: digest(['local', sender, given.queueId, given.localId]), drawn: false }
  return { key: ids.bytes(32), drawn: true }
}

/** What was asked for, as far as it makes the message: the same key with another of these is refused. */
export function requestDigest(
  target: { readonly channel: number } | { readonly users: readonly number[] },
  topic: string,
  content: string,
): Buffer {
  return digest(['channel' in target ? target.channel : target.users, topic, content])
}
