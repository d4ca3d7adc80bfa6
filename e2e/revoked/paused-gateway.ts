import { setTimeout as pause } from 'node:timers/promises'
import { closeCode } from '@parley/api'
import { basicHeader } from '@parley/testkit'
import { expect } from 'vitest'
import { paused } from '../faults/processes.ts'
import { size } from '../size.ts'
import { nowMs } from './departures.ts'
import { pollReader, type Reader, socketReader } from './readers.ts'
import { board, gateways, type ThreeGateways } from './three-gateways.ts'

const rounds = size(3, 12)
const pauseMs = size(2000, 20_000)
/** A lease of two seconds, and what one slow machine may need around it. */
const withinMs = 6000
const patience = { timeout: 60_000, interval: 20 }

export async function holds(here: ThreeGateways): Promise<void> {
  const { product, stage, departures } = here
  const ada = await stage.person('Ada')
  // At a gateway that is never stopped: the shared address may lead to one that is.
  const bob = await stage.person('Bob', { address: '127.0.0.2' })
  const bobs = here.at(bob)
  const { name, add, say } = board(bob, 'Board')
  await add(ada)
  const everywhere = here.at(ada)
  const place = { url: stage.org.url, ca: stage.ca, headers: basicHeader(ada) }
  await using reading = new AsyncDisposableStack()
  const polls = await Promise.all(everywhere.map((client) => pollReader(client)))
  const sockets = await Promise.all(
    everywhere.map((client, i) => socketReader(client, { ...place, gateway: i + 1 })),
  )
  for (const reader of [...polls, ...sockets]) reading.use(reader)
  const everybodyHas = (content: string, readers: readonly Reader[]) =>
    expect
      .poll(() => readers.filter((r) => !r.contents().includes(content)).map((r) => r.queueId), patience)
      .toEqual([])

  for (let round = 0; round < rounds; round++) {
    const still = 1 + (round % 2)
    const others = [0, 1, 2].filter((i) => i !== still)
    await say(`quiet ${round}`)
    // Nothing is on its way while the gateway is stopped: what it has handed to the kernel by then has left.
    await everybodyHas(`quiet ${round}`, [...polls, ...sockets])
    const queues = [...polls, ...sockets].map(({ queueId }) => queueId)
    const closedBefore = sockets[still]?.refusals.length ?? 0

    const answer = await paused(product, gateways[still] ?? '', async () => {
      const began = nowMs()
      // They lie before the gateway that stands still, from a time when Ada could read them.
      for (let n = 0; n < 5; n++) await say(`before ${round} ${n}`)
      await everybodyHas(
        `before ${round} 4`,
        others.flatMap((i) => [polls[i], sockets[i]].flatMap((r) => r ?? [])),
      )
      const askedMs = nowMs()
      const taken = await bobs[0].delete('/users/me/subscriptions', {
        subscriptions: [name],
        principals: [ada.id],
      })
      expect(taken.status).toBe(200)
      expect(nowMs() - askedMs).toBeLessThan(withinMs)
      await say(`after ${round}`)
      await pause(Math.max(0, pauseMs - (nowMs() - began)))
      return taken
    })

    // Closed by the gateway itself, because its lease had run out.
    await expect.poll(() => (sockets[still]?.refusals.length ?? 0) > closedBefore, patience).toBe(true)
    expect(sockets[still]?.refusals.slice(closedBefore)).toContain(closeCode.resume)
    await departures.upToNow(everywhere)
    const toMs = nowMs()
    await add(ada)
    await say(`back ${round}`)
    await everybodyHas(`back ${round}`, [...polls, ...sockets])
    await departures.upToNow(everywhere)
    expect(departures.between(queues, departures.answeredAt(answer), toMs)).toEqual([])
  }
  for (const reader of [...polls, ...sockets]) {
    expect(reader.contents().filter((content) => content.startsWith('after'))).toEqual([])
    expect(
      departures.untold(
        reader.queueId,
        reader.events.map(({ id }) => id),
      ),
    ).toEqual([])
  }
}
