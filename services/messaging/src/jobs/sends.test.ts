import { authorize, defaultRealmGroups, role, systemGroupsOf } from '@parley/access'
import { AppError, messageId, orgId, rights, seq, userId } from '@parley/core'
import { StaleRights } from '@parley/events'
import { expect, test } from 'vitest'
import type { Outcome, Send } from '../repo/send-batch.ts'
import { busyBatch, createSends, gatherMs, type WriteBatch } from './sends.ts'

let made = 0
function send(org: number, content = 'x', key = `key ${++made}`): Send {
  const actor = {
    orgId: orgId(org),
    userId: userId(1),
    role: role.member,
    isActive: true,
    isBot: false,
    botOwnerId: null,
    generation: 1,
    groups: systemGroupsOf(role.member),
    realmGroups: defaultRealmGroups,
  }
  const participants = [{ userId: actor.userId, isActive: true, isBot: false, permits: true, met: true }]
  const direct = { orgId: actor.orgId, recipientId: null, participants, begun: false }
  const verdict = authorize('message:send', actor, { kind: 'direct', direct }, rights(1))
  if (!verdict.ok) throw new Error('not allowed')
  return {
    granted: verdict.granted,
    ask: { user: actor.userId, users: [1] },
    hash: 'h',
    rights: rights(1),
    key: { key: Buffer.from(key), drawn: false },
    request: Buffer.from('r'),
    topic: '',
    content,
    rendered: content,
    client: 'website',
    timestamp: 0,
    senderRead: true,
    mentioned: [],
    channelWildcard: false,
    topicWildcard: [],
    alerted: [],
    alertVersion: null,
    readBy: [],
    unreadFor: null,
    event: {
      sender_id: 1,
      sender_email: '',
      sender_full_name: '',
      sender_realm_str: '',
      avatar_url: '',
      gravatar: false,
      kind: 'direct',
      stream_id: null,
      stream_name: null,
      topic_links: [],
      people: [],
      flags: { read: [], mentioned: [], channelWildcard: false, topicWildcard: [], alerted: [] },
      queue_id: null,
      local_id: null,
    },
  }
}

const sent = (id: number): Outcome => ({
  status: 'sent',
  id: messageId(id),
  rights: rights(1),
  seq: seq(id),
})

/** A database that notes the batches it gets and answers each send with the next id. */
function ledger(answer: (n: number) => Outcome = sent) {
  const batches: { org: number; sends: number }[] = []
  const hints: [number, number][] = []
  let ids = 0
  const write: WriteBatch = async (org, encoded) => {
    batches.push({ org, sends: encoded.length })
    await new Promise(setImmediate)
    return encoded.map(() => answer(++ids))
  }
  const options = {
    write,
    facts: { changed() {}, confirmed() {} },
    hint: (org: number, at: number) => void hints.push([org, at]),
    wait: async () => {},
  }
  return { batches, hints, options }
}

test('what comes together is written together, one batch at a time and in order', async () => {
  const { batches, hints, options } = ledger()
  await using sends = createSends(options)
  const kept = await Promise.all(Array.from({ length: 150 }, () => sends.write(send(1))))
  const ids = kept.map(({ id }) => id)
  expect(ids).toEqual(ids.map((_, i) => i + 1))
  expect(batches.map((batch) => batch.sends)).toEqual([64, 64, 22])
  expect(hints).toEqual([
    [1, 64],
    [1, 128],
    [1, 150],
  ])
})

test('after a batch of many the next gathers; after one of few it goes at once', async () => {
  const { batches, options } = ledger()
  const gathering = Promise.withResolvers<void>()
  const waits: number[] = []
  const wait = (ms: number): Promise<void> => {
    waits.push(ms)
    return waits.length === 1 ? gathering.promise : Promise.resolve()
  }
  await using sends = createSends({ ...options, wait })
  const write = (count: number) => Promise.all(Array.from({ length: count }, () => sends.write(send(1))))
  await write(1)
  expect(waits).toEqual([])
  await write(busyBatch)
  const later = [write(1), write(2)]
  await new Promise(setImmediate)
  expect(batches.map((batch) => batch.sends)).toEqual([1, busyBatch])
  gathering.resolve()
  await Promise.all(later)
  expect(batches.map((batch) => batch.sends)).toEqual([1, busyBatch, 3])
  expect(waits).toEqual([gatherMs])
})

test('a batch holds no more than its bytes, but one large send is still written', async () => {
  const { batches, options } = ledger()
  await using sends = createSends({ ...options, maxBytes: 5_000 })
  await Promise.all(
    [send(1, 'a'.repeat(9_000)), send(1), send(1, 'a'.repeat(500))].map((s) => sends.write(s)),
  )
  expect(batches.map((batch) => batch.sends)).toEqual([1, 2])
})

test('an organisation that waits delays no other', async () => {
  const { batches, options } = ledger()
  const held = Promise.withResolvers<Outcome[]>()
  await using sends = createSends({
    ...options,
    write: (org, encoded) => (org === orgId(1) ? held.promise : options.write(org, encoded)),
  })
  const waiting = sends.write(send(1))
  expect(await sends.write(send(2))).toEqual({ id: 1, repeat: false })
  expect(await sends.write(send(2))).toEqual({ id: 2, repeat: false })
  held.resolve([sent(9)])
  expect(await waiting).toMatchObject({ id: 9 })
  expect(batches.map(({ org }) => org)).toEqual([2, 2])
})

test('beyond its bounds an organisation is refused at once, and no other', async () => {
  const { options } = ledger()
  const held = Promise.withResolvers<void>()
  const write: WriteBatch = async (org, encoded) => {
    if (org === orgId(1)) await held.promise
    return options.write(org, encoded)
  }
  await using sends = createSends({ ...options, write, maxSends: 2, mostWaiting: 3, mostWaitingBytes: 9_000 })
  const taken = [1, 2].map(() => sends.write(send(1)))
  // The first batch is being written; these wait.
  await new Promise(setImmediate)
  const waiting = [1, 2].map(() => sends.write(send(1)))
  const full = { code: 'UNAVAILABLE', retryable: true }
  await expect(sends.write(send(1, 'a'.repeat(4_500)))).rejects.toMatchObject(full)
  waiting.push(sends.write(send(1)))
  await expect(sends.write(send(1))).rejects.toMatchObject(full)
  expect(await sends.write(send(2))).toEqual({ id: 1, repeat: false })
  held.resolve()
  expect(await Promise.all([...taken, ...waiting])).toMatchObject([2, 3, 4, 5, 6].map((id) => ({ id })))
  expect(await sends.write(send(1))).toEqual({ id: 7, repeat: false })
})

test('one key is never twice in a batch', async () => {
  const { batches, options } = ledger()
  await using sends = createSends(options)
  await Promise.all([send(1, 'x', 'same'), send(1), send(1, 'x', 'same'), send(1)].map((s) => sends.write(s)))
  expect(batches.map((batch) => batch.sends)).toEqual([2, 2])
})

test('conflicts come back as what they are', async () => {
  const now = { rights: rights(2), seq: seq(1) }
  const answers: readonly Outcome[] = [
    { ...now, status: 'stale' },
    { ...now, status: 'other' },
    { ...now, status: 'repeat', id: messageId(5) },
  ]
  const { hints, options } = ledger((n) => answers[n - 1] ?? sent(n))
  const seen: unknown[] = []
  await using sends = createSends({
    ...options,
    facts: { ...options.facts, changed: (_org, user, at) => void seen.push([user, at]) },
  })
  const [stale, other, repeat] = await Promise.allSettled(
    [send(1), send(1), send(1)].map((s) => sends.write(s)),
  )
  expect(stale).toMatchObject({ reason: expect.any(StaleRights) as unknown })
  expect(other).toMatchObject({ reason: { code: 'BAD_REQUEST' } })
  expect(repeat).toEqual({ status: 'fulfilled', value: { id: 5, repeat: true } })
  expect(seen).toEqual([[send(1).ask.user, 2]])
  // Nothing was written, so there is nothing to publish.
  expect(hints).toEqual([])
})

test('where the database fails a batch, only the bad send fails', async () => {
  const { options } = ledger()
  await using sends = createSends({
    ...options,
    write: async (org, encoded) => {
      if (encoded.some((text) => text.includes('bad'))) throw new Error('the database says no')
      return options.write(org, encoded)
    },
  })
  const results = await Promise.allSettled(['a', 'bad', 'c'].map((content) => sends.write(send(1, content))))
  expect(results).toMatchObject([
    { status: 'fulfilled' },
    { reason: { code: 'INTERNAL', message: 'Internal server error' } },
    { status: 'fulfilled' },
  ])
})

test('disposing waits for what was taken', async () => {
  const { options } = ledger()
  const sends = createSends(options)
  let done = false
  const write = sends.write(send(1)).then(() => (done = true))
  await sends[Symbol.asyncDispose]()
  await write
  expect(done).toBe(true)
})

test('a lost connection is asked about with the same keys', async () => {
  const { options } = ledger()
  const tried: (readonly unknown[])[] = []
  await using sends = createSends({
    ...options,
    write: async (org, encoded) => {
      tried.push(encoded.flat())
      if (tried.length < 3) throw new AppError('UNAVAILABLE', 'gone')
      return options.write(org, encoded)
    },
  })
  await sends.write(send(1))
  expect(tried).toHaveLength(3)
  expect(new Set(tried.map((batch) => JSON.stringify(batch))).size).toBe(1)
})
