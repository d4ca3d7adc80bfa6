import { role } from '@parley/access'
import type { TestDatabase } from '@parley/testkit'
import fc from 'fast-check'
import { z } from 'zod'
import { settleWords } from '../src/repo/words.ts'
import { type Channel, type Instance, type World, world } from './world.ts'

let organisations = 0

/** A random organisation: people of all roles and bots, channels of all kinds, comings and goings between messages. */
export const someOrganisation = fc.record({
  roles: fc.array(fc.constantFrom(role.owner, role.admin, role.member, role.guest), {
    minLength: 3,
    maxLength: 5,
  }),
  /** How many of them, from the last on, are bots of the first: what mentions these comes to them from outside too. */
  bots: fc.nat(2),
  kinds: fc.array(fc.constantFrom('public', 'shared', 'protected'), { minLength: 1, maxLength: 3 }),
  /** Who may subscribe to the channels, and so read them: everybody, members, administrators, nobody. */
  mayJoin: fc.constantFrom(1, 3, 6, 8, 8),
  steps: fc.array(
    fc.record({
      what: fc.constantFrom(
        'send',
        'send',
        'send',
        'dm',
        'join',
        'leave',
        'read',
        'star',
        'react',
        'edit',
        'move',
        'relocate',
        'relocate',
        'delete',
        'settle',
        'mute',
        'choose',
      ),
      who: fc.nat(4),
      other: fc.nat(4),
      where: fc.nat(2),
      topic: fc.constantFrom('t0', 't1', '✔ t1', ''),
      content: fc.constantFrom(
        'x',
        'x',
        '@**all**',
        '@**topic**',
        'http://a.b/c',
        'http://a.b/c.PNG?d',
        '[f](/user_uploads/1/a/b.txt)',
        '`<a href="x.png">`',
        'one',
        'Hot teas, t1',
        'hot tea',
        'TEA é',
      ),
    }),
    { minLength: 8, maxLength: 30 },
  ),
})
export interface Built {
  readonly place: World
  readonly at: Instance
  readonly users: readonly number[]
  readonly channels: readonly Channel[]
  /** Every message of the organisation. */
  readonly ids: readonly number[]
}

/** Makes such an organisation in the database. */
export async function build(
  database: TestDatabase,
  given: typeof someOrganisation extends fc.Arbitrary<infer T> ? T : never,
): Promise<Built> {
  const place = await world(database, `random-${++organisations}`)
  const at = await place.instance()
  const users: number[] = []
  for (const [i, as] of given.roles.entries()) {
    const [owner] = users
    const isBot = owner !== undefined && i >= given.roles.length - given.bots
    users.push(await place.user({ role: as, ...(isBot ? { botOwner: owner } : {}) }))
  }
  const channels: Channel[] = []
  for (const kind of given.kinds)
    channels.push(
      await place.channel({
        private: kind === 'shared',
        protected: kind === 'protected',
        creator: users[0] ?? 0,
        subscribe: given.mayJoin,
      }),
    )
  for (const user of users.slice(0, 2)) await at.ask(user, 'add-alert-words', { alert_words: ['one', 'tea'] })
  const ids: number[] = []
  for (const step of given.steps) {
    const who = users[step.who % users.length] ?? 0
    const other = users[step.other % users.length] ?? 0
    const where = channels[step.where % channels.length]
    if (!where) continue
    const ask = async (fields: Record<string, unknown>): Promise<void> => {
      // What is refused is part of the game.
      const answer = await at
        .ask(who, 'send-message', {
          content: step.content === 'one' ? `@**|${other}**` : step.content,
          ...fields,
        })
        .catch(() => null)
      const sent = z.object({ id: z.int() }).safeParse(answer)
      if (sent.success) ids.push(sent.data.id)
    }
    const last = ids.slice(-step.other - 1)
    if (step.what === 'settle') await settleWords(at.ctx.database, place.org)
    else if (step.what === 'send') await ask({ type: 'channel', to: where.id, topic: step.topic })
    else if (step.what === 'dm') await ask({ type: 'direct', to: [other] })
    else if (step.what === 'join') await place.subscribe(where, who)
    else if (step.what === 'leave') await place.unsubscribe(where, who)
    else if (step.what === 'mute') await place.mute(where, who, step.other !== 0)
    else if (step.what === 'choose') await place.choose(where, who, step.topic, (step.other % 3) + 1)
    else if (step.what === 'edit' || step.what === 'move' || step.what === 'relocate') {
      const topic = { topic: step.topic, propagate_mode: 'change_all' }
      const away = { stream_id: where.id, propagate_mode: step.other % 2 === 0 ? 'change_all' : 'change_one' }
      const fields = { edit: { content: step.content }, move: topic, relocate: away }[step.what]
      for (const id of last.slice(0, 1))
        await at.ask(who, 'update-message', fields, { path: { message_id: String(id) } }).catch(() => null)
    } else if (step.what === 'delete')
      for (const id of last.slice(0, 1))
        await at.ask(who, 'delete-message', {}, { path: { message_id: String(id) } }).catch(() => null)
    else if (step.what === 'react')
      for (const id of last)
        await at
          .ask(who, 'add-reaction', { emoji_name: 'tada' }, { path: { message_id: String(id) } })
          .catch(() => null)
    else {
      const flag = step.what === 'read' ? 'read' : 'starred'
      await at.ask(who, 'update-message-flags', { op: 'add', flag, messages: last }).catch(() => null)
    }
  }
  return { place, at, users, channels, ids }
}
