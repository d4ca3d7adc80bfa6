import { orgId, rights, seq } from '@parley/core'
import { expect, test } from 'vitest'
import { encodeRun } from '../read-log.ts'
import type { Bus, Message } from './bus.ts'
import { subscribe } from './feed.ts'

test('MD-08 TE-04 a run that cannot be read, or is of another organisation, is passed over', () => {
  const runs: number[] = []
  const problems: string[] = []
  let arrive: (message: Message) => void = () => {}
  const bus: Pick<Bus, 'subscribe'> = {
    subscribe(_, onMessage) {
      arrive = onMessage
      return () => {}
    },
  }
  subscribe(
    bus,
    orgId(2),
    (run) => runs.push(run.org),
    (what) => problems.push(what),
  )
  const say = (data: Uint8Array | string) =>
    arrive({ subject: 's', data: Buffer.from(data), respond: () => {} })
  const event = {
    seq: seq(1),
    type: 'test.happened',
    users: [],
    channel: null,
    rights: rights(0),
    revokes: false,
    at: 0,
    body: '{}',
  }
  say('{')
  say(encodeRun(orgId(3), [event]))
  say(encodeRun(orgId(2), [event]))
  expect([runs, problems]).toEqual([[2], ['a run cannot be read']])
})
