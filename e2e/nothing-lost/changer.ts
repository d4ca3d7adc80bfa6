import { setTimeout as delay } from 'node:timers/promises'
import type { Answer } from '@parley/testkit'
import { z } from 'zod'
import type { Scene } from '../product.ts'

/** What somebody has changed, as they see it. */
export interface Changed {
  readonly name: string
  readonly subscribed: boolean
  readonly reactions: number
  readonly messages: number
  readonly read: boolean
}

/** Somebody who changes what each service keeps of them. */
export interface Changer {
  /**
   * Changes at once their name, whether they are in a channel, and a message's mark, reacts to it and takes that back,
   * and sends another.
   */
  change(): Promise<void>
  /** What has been answered 200. */
  made(): Changed
  look(): Promise<Changed>
  /** Answers that neither did what was asked for, whole and once, nor said to come again. */
  wrongs(): readonly unknown[]
}

const Message = z.object({
  flags: z.array(z.string()),
  reactions: z.array(z.object({ emoji_name: z.string() })),
})

export async function changer(stage: Scene, name: string): Promise<Changer> {
  const who = await stage.person(name)
  const channel = `of ${name}`
  await stage.owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: channel }] })
  const sent = await who.ok('POST', '/messages', { type: 'direct', to: [who.id], content: 'to mark' })
  const id = z.int().parse(sent['id'])
  const wrongs: unknown[] = []
  let made: Changed = { name, subscribed: false, reactions: 0, messages: 1, read: true }

  /** Asks until it is answered: what was refused must have left nothing, or the next would find it done. */
  const until = async (ask: () => Promise<Answer>, done: (body: Answer['body']) => boolean) => {
    for (;;) {
      const { status, headers, body } = await ask()
      if (status === 200 && done(body)) return
      if (status !== 503 || !(Number(headers['retry-after']) > 0)) {
        wrongs.push([status, body])
        return
      }
      await delay(20)
    }
  }
  const anything = (): boolean => true
  const one = z.record(z.string(), z.array(z.string()))
  return {
    wrongs: () => wrongs,
    made: () => made,
    async change() {
      const next = {
        name: `${name} ${made.messages}`,
        subscribed: !made.subscribed,
        reactions: 0,
        messages: made.messages + 1,
        read: !made.read,
      }
      const reaction = { emoji_name: 'tada' }
      const path = `/messages/${id}/reactions`
      const reacts = async (): Promise<void> => {
        // Neither is answered 200 a second time.
        await until(() => who.post(path, reaction), anything)
        await until(() => who.delete(path, reaction), anything)
      }
      const op = next.read ? 'add' : 'remove'
      const more = { type: 'direct', to: [who.id], content: 'another' }
      await Promise.all([
        until(() => who.patch('/settings', { full_name: next.name }), anything),
        next.subscribed
          ? until(
              () => who.post('/users/me/subscriptions', { subscriptions: [{ name: channel }] }),
              (body) => Object.values(one.parse(body['subscribed'])).flat().includes(channel),
            )
          : until(
              () => who.delete('/users/me/subscriptions', { subscriptions: [channel] }),
              (body) => z.array(z.string()).parse(body['removed']).includes(channel),
            ),
        reacts(),
        until(() => who.post('/messages/flags', { messages: [id], op, flag: 'read' }), anything),
        until(() => who.post('/messages', more), anything),
      ])
      made = next
    },
    async look() {
      const { full_name } = await who.ok('GET', '/users/me')
      const { subscriptions } = await who.ok('GET', '/users/me/subscriptions')
      const all = await who.ok('GET', '/messages', {
        anchor: 'newest',
        num_before: 1000,
        num_after: 0,
        narrow: [{ operator: 'dm', operand: [who.id] }],
      })
      const { message } = await who.ok('GET', `/messages/${id}`)
      const { flags, reactions } = Message.parse(message)
      const channels = z.array(z.looseObject({ name: z.string() })).parse(subscriptions)
      return {
        name: z.string().parse(full_name),
        subscribed: channels.some((one) => one.name === channel),
        reactions: reactions.length,
        messages: z.array(z.unknown()).parse(all['messages']).length,
        read: flags.includes('read'),
      }
    },
  }
}
