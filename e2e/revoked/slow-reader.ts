import { basicHeader, eventQueue, eventSocket, type OpenSocket } from '@parley/testkit'
import { expect } from 'vitest'
import { metricOf } from '../overload/measures.ts'
import { size } from '../size.ts'
import { nowMs } from './departures.ts'
import { board, type ThreeGateways } from './three-gateways.ts'

const patience = { timeout: 60_000, interval: 20 }
/** Nearly the longest message there is. */
const text = 'x'.repeat(9_900)
/** What they add up to stays far below what a gateway keeps for a reader before it lets go (1 MiB). */
const atOnce = 20
/** More than the kernels on both sides take, whatever they are set to. */
const mostMessages = 4000
const rounds = size(1, 5)
const gateway = 2

/** What of a slow reader's is still in the gateway when the right is taken. */
const situations = {
  /** Frames of an open socket. */
  waiting: 0,
  /** Those of a socket that was let go for its slowness, and that end with the closing frame. */
  'let go': 1,
} as const

export async function holds(here: ThreeGateways): Promise<void> {
  const { product, stage, departures } = here
  const ada = await stage.person('Ada')
  const bob = await stage.person('Bob')
  const { name, add, say } = board(bob, 'Board')
  await add(ada)
  const everywhere = here.at(ada)
  const wanted = { event_types: ['message'], apply_markdown: false }
  const open = async (): Promise<{ queue: string; socket: OpenSocket }> => {
    const { id, last } = await eventQueue(ada, wanted)
    const place = { url: stage.org.url, ca: stage.ca, gateway, headers: basicHeader(ada) }
    return { queue: id, socket: await eventSocket({ ...place, queueId: id, lastEventId: last }) }
  }
  const letGo = (): Promise<number> =>
    metricOf(product, `gateway-${gateway}`, 'parley_gateway_slow_readers_total')
  // Of the same account, at the same gateway: it says what the slow one was to get.
  const quick = await open()
  using _ = quick.socket

  for (const [situation, more] of Object.entries(situations))
    for (let round = 0; round < rounds; round++) {
      const before = await letGo()
      const first = quick.socket.events.length
      const slow = await open()
      using unread = slow.socket
      unread.stall()

      let sent = 0
      const sendUntil = async (enough: () => boolean | Promise<boolean>): Promise<void> => {
        for (let n = 0; n < mostMessages && !(await enough()); n += atOnce) {
          const contents = Array.from({ length: atOnce }, () => `${situation} ${round} ${sent++} ${text}`)
          await Promise.all(contents.map(say))
          const without = () => contents.filter((c) => !quick.socket.contents().includes(c)).length
          await expect.poll(without, patience).toBe(0)
          await departures.upToNow(everywhere)
        }
      }
      const behind = (): boolean => departures.last(slow.queue) < departures.last(quick.queue)
      await sendUntil(() => sent > 0 && behind())
      if (more > 0) await sendUntil(async () => (await letGo()) > before)
      // The fault has happened: what has left for the quick reader waits here for the slow one.
      expect([behind(), await letGo()]).toEqual([true, before + more])

      const taken = await bob.delete('/users/me/subscriptions', {
        subscriptions: [name],
        principals: [ada.id],
      })
      expect(taken.status).toBe(200)
      await say(`after ${situation} ${round}`)
      unread.goOn()
      // All of it would come now, if it came; the gateway has cut the connection amid it.
      const all = quick.socket.events.length - first
      await unread.until((events) => events.length >= all).catch(() => unread.closed)
      await departures.upToNow(everywhere)
      const toMs = nowMs()
      expect(departures.between([slow.queue], departures.answeredAt(taken), toMs)).toEqual([])
      expect(unread.events.length).toBeLessThan(all)
      expect(unread.events).toEqual(quick.socket.events.slice(first, first + unread.events.length))
      const ids = unread.events.map(({ id }) => id)
      expect(departures.untold(slow.queue, ids)).toEqual([])

      // Who read on was neither cut nor told anything since.
      await add(ada)
      await say(`back ${situation} ${round}`)
      await expect.poll(() => quick.socket.contents().at(-1), patience).toBe(`back ${situation} ${round}`)
      expect(quick.socket.contents()).not.toContain(`after ${situation} ${round}`)
    }
}
