import { type Actor, listRules } from '@parley/access'
import { predicateSql, sightSql, type Tx } from '@parley/db'
import { z } from 'zod'
import { badNarrow, type ChannelName, type Term, type UserName } from '../rules/narrow.ts'
import { channelAtomsSql } from './channel-sql.ts'
import { type Plain, withConversation } from './with-conversation.ts'

/** Parts of conversations (`spansSql`), without the topics: a list of each column, as Postgres writes it. */
export const KnownSpans = z.object({ recipients: z.string(), lo: z.string(), hi: z.string() })
export type KnownSpans = z.output<typeof KnownSpans>

/** A term with the ids its names stand for. `users` are ascending and hold the reader. */
export type Resolved =
  | Exclude<Term, { kind: 'channel' | 'people' | 'sender' | 'including' | 'with' }>
  /** What an index found for the searches, and the parts of conversations that it was looked for in (repo/found). */
  | {
      readonly kind: 'found'
      readonly ids: readonly number[]
      readonly spans: KnownSpans
      readonly negated: false
    }
  | { readonly kind: 'channel'; readonly channel: number; readonly negated: boolean }
  | { readonly kind: 'people'; readonly users: readonly number[]; readonly negated: boolean }
  | { readonly kind: 'sender'; readonly sender: number; readonly negated: boolean }
  | { readonly kind: 'including'; readonly user: number; readonly group: boolean; readonly negated: boolean }

/**
 * Looks up the channels and people of a narrow.
 * @throws AppError BAD_NARROW for what does not exist; the same for a channel that the reader may not know of, and for people whom the reader does not see
 */
export async function resolveNarrow(tx: Tx, actor: Actor, given: readonly Term[]): Promise<Resolved[]> {
  const terms = await withConversation(tx, actor, given)
  const users = await findUsers(tx, actor, terms)
  const channels = await findChannels(tx, actor, terms)
  return terms.map((term): Resolved => {
    switch (term.kind) {
      case 'channel':
        return { kind: 'channel', channel: channels(term.channel), negated: term.negated }
      case 'sender':
        return { kind: 'sender', sender: users(term.sender), negated: term.negated }
      case 'including':
        return { kind: 'including', user: users(term.person), group: term.group, negated: term.negated }
      case 'people': {
        if (term.people.length === 0) return { kind: 'none', negated: term.negated }
        const ids = new Set([...term.people.map(users), actor.userId])
        return { kind: 'people', users: [...ids].sort((a, b) => a - b), negated: term.negated }
      }
      default:
        return term
    }
  })
}

async function findUsers(tx: Tx, actor: Actor, terms: readonly Plain[]): Promise<(name: UserName) => number> {
  const names = terms.flatMap((term) => {
    if (term.kind === 'people') return term.people
    if (term.kind === 'including') return [term.person]
    return term.kind === 'sender' ? [term.sender] : []
  })
  const ids = names.flatMap((name) => ('id' in name ? [name.id] : []))
  const emails = names.flatMap((name) => ('email' in name ? [name.email] : []))
  const rows =
    names.length === 0
      ? []
      : await tx.query(
          z.object({ id: z.int(), email: z.string() }),
          `SELECT p.user_id AS id, p.shown_key AS email FROM auth.v1_people p
             WHERE p.org_id = $1 AND p.user_id = ANY ($2) AND ${sightSql(actor, 'p', '$4')}
           UNION
           SELECT p.user_id, p.shown_key FROM auth.v1_people p
             WHERE p.org_id = $1 AND p.shown_key = ANY ($3) AND ${sightSql(actor, 'p', '$4')}`,
          [tx.org, ids, emails, actor.userId],
        )
  const known = new Set(rows.map(({ id }) => id))
  const byEmail = new Map(rows.map(({ id, email }) => [email, id]))
  return (name) => {
    const id = 'id' in name ? name.id : byEmail.get(name.email)
    if (id === undefined || !known.has(id)) throw badNarrow('unknown user')
    return id
  }
}

async function findChannels(
  tx: Tx,
  actor: Actor,
  terms: readonly Plain[],
): Promise<(name: ChannelName) => number> {
  const names = terms.flatMap((term) => (term.kind === 'channel' ? [term.channel] : []))
  const ids = names.flatMap((name) => ('id' in name ? [name.id] : []))
  const keys = names.flatMap((name) => ('key' in name ? [name.key] : []))
  const rows =
    names.length === 0
      ? []
      : await tx.query(
          z.object({ id: z.int(), key: z.string() }),
          `SELECT c.channel_id AS id, c.name_key AS key FROM streams.v1_channels c
            WHERE c.org_id = $1 AND (c.channel_id = ANY ($3) OR c.name_key = ANY ($4))
              AND ${predicateSql(listRules['channel:know'], channelAtomsSql(actor, 'c', '$2', '$5'))}`,
          [tx.org, actor.userId, ids, keys, [...actor.groups]],
        )
  const known = new Set(rows.map(({ id }) => id))
  const byKey = new Map(rows.map(({ id, key }) => [key, id]))
  return (name) => {
    const id = 'id' in name ? name.id : byKey.get(name.key)
    if (id === undefined || !known.has(id)) throw badNarrow('unknown channel')
    return id
  }
}
