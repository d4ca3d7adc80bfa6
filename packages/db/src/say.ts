import type { Tx } from './tx.ts'

/** What the organisation's own bot is to say, and where. */
export interface Notice {
  /** A person's id, or a channel's. */
  readonly to: number | { readonly channel: number }
  readonly topic: string
  readonly content: string
  /** The organisation's address, without a slash at the end. */
  readonly url: string
  /** Is it that the topic was resolved, or is not any more? Who wants such notices read has them read. */
  readonly resolved?: boolean
}

/**
 * Has the bot say it, once, after this transaction is committed; the message is decided on and rendered then. Among the
 * rows of a change: it takes no head.
 */
export async function say(tx: Tx, { to, topic, content, url, resolved = false }: Notice): Promise<void> {
  const [channel, people] = typeof to === 'number' ? [null, [to]] : [to.channel, null]
  await tx.execute('SELECT messaging.v2_say($1, $2, $3, $4, $5, $6, $7)', [
    tx.org,
    channel,
    people,
    topic,
    content,
    url,
    resolved,
  ])
}
