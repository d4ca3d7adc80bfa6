import { type Shown, show } from '@parley/access'
import type { Narrow } from '@parley/api'
import { only, spectatorChannelsSql, type Tx } from '@parley/db'
import { notLoggedIn } from '@parley/kit'
import { z } from 'zod'
import { spectatorTerms } from '../rules/spectator-narrow.ts'
import type { ChannelName, Term } from '../rules/narrow.ts'
import { readMessageFacts } from './message-facts.ts'
import type { Resolved } from './narrow-names.ts'
import { nobody } from './nobody.ts'

/**
 * Understands and looks up a narrow of somebody without an account. A channel or message that they are not shown is told
 * apart from no other reason to refuse; people are known by id alone, and one who wrote nothing there is none.
 * @throws AppError UNAUTHORIZED; BAD_NARROW for an operand that says nothing
 */
export async function spectatorNarrow(
  tx: Tx,
  shown: Shown<'spectator:look'>,
  narrow: Narrow,
): Promise<Resolved[]> {
  const terms = spectatorTerms(narrow)
  if (!terms) throw notLoggedIn()
  const resolved: Resolved[] = []
  for (const term of await withConversation(tx, shown, terms)) resolved.push(await resolve(tx, term))
  return resolved
}

type Plain = Exclude<Term, { kind: 'with' }>

async function resolve(tx: Tx, term: Plain): Promise<Resolved> {
  const { negated } = term
  switch (term.kind) {
    case 'channel':
      return { kind: 'channel', channel: await shownChannel(tx, term.channel), negated }
    case 'sender':
      return 'id' in term.sender
        ? { kind: 'sender', sender: term.sender.id, negated }
        : { kind: 'none', negated }
    // No narrow of a spectator holds them.
    case 'people':
    case 'including':
      throw notLoggedIn()
    default:
      return term
  }
}

async function shownChannel(tx: Tx, name: ChannelName): Promise<number> {
  const [row] = await tx.query(
    z.object({ id: z.int() }),
    `SELECT c.channel_id AS id FROM streams.v1_channels c
      WHERE c.org_id = $1 AND (c.channel_id = $2 OR c.name_key = $3) AND ${spectatorChannelsSql('c')}`,
    [tx.org, 'id' in name ? name.id : null, 'key' in name ? name.key : null],
  )
  if (!row) throw notLoggedIn()
  return row.id
}

const isPlain = (term: Term): term is Plain => term.kind !== 'with'

/** As for accounts: in the place of what is said of channel and topic stands where the message is now. */
async function withConversation(
  tx: Tx,
  { spectator }: Shown<'spectator:look'>,
  terms: readonly Term[],
): Promise<Plain[]> {
  const plain = terms.filter(isPlain)
  const named = terms.find((term) => term.kind === 'with')
  if (!named) return plain
  const facts = await readMessageFacts(tx, nobody, named.id)
  if (!facts?.channel || !show('spectator:message', spectator, facts).ok) throw notLoggedIn()
  const { topic } = only(
    await tx.query(
      z.object({ topic: z.string() }),
      'SELECT topic FROM messaging.messages WHERE org_id = $1 AND message_id = $2',
      [tx.org, facts.messageId],
    ),
  )
  const rest = plain.filter((term) => term.negated || (term.kind !== 'channel' && term.kind !== 'topic'))
  return [
    { kind: 'channel', channel: { id: facts.channel.channelId }, negated: false },
    { kind: 'topic', topic, negated: false },
    ...rest,
  ]
}
