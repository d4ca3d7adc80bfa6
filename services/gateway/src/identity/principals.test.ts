import { expect, test } from 'vitest'
import type { Credential } from './basic.ts'
import { Principals } from './principals.ts'

const ada: Credential = { scheme: 'basic', email: 'ada@x.test', apiKey: 'k' }
const ended = { kind: 'ended', user: 1, generation: 2, active: true, credentials: null } as const

function scene() {
  const state = {
    trusted: true,
    asked: 0,
    gate: Promise.resolve(),
    generation: 1,
    now: 0,
    goodForMs: null as number | null,
  }
  const principals = new Principals({
    trusted: () => state.trusted,
    clock: { monotonic: () => state.now },
    async ask(org) {
      state.asked++
      const { generation } = state
      await state.gate
      return {
        principal: { org, user: 1, generation, credential: 'key:1' },
        role: 400,
        incomingWebhook: false,
        botOwner: null,
        goodForMs: state.goodForMs,
      }
    },
  })
  const known = (org = 7) => principals.remembered(org, ada)?.principal.generation ?? null
  return { state, principals, known }
}

test('asked once, remembered, for its organisation and spelling alone', async () => {
  const { state, principals, known } = scene()
  await Promise.all([principals.ask(7, ada), principals.ask(7, ada)])
  expect([state.asked, known(), known(8)]).toEqual([1, 1, null])
  expect(principals.remembered(7, { ...ada, email: 'ADA@x.test' })).not.toBeNull()
  expect(principals.remembered(7, { ...ada, apiKey: 'l' })).toBeNull()
  principals.drop(7, ada)
  expect(known()).toBeNull()
})

test('without a lease nothing remembered counts, and nothing is remembered', async () => {
  const { state, principals, known } = scene()
  await principals.ask(7, ada)
  state.trusted = false
  expect(known()).toBeNull()
  await principals.ask(8, ada)
  state.trusted = true
  expect([known(8), known(7)]).toEqual([null, 1])
})

test('what ends by itself is not remembered beyond its end', async () => {
  const { state, principals, known } = scene()
  state.goodForMs = 1000
  expect((await principals.ask(7, ada)).until).toBe(1000)
  state.now = 999
  expect(known()).toBe(1)
  state.now = 1000
  expect(known()).toBeNull()
})

test('AU-13 an answer asked for before a revocation is not remembered, and nobody joins it', async () => {
  const { state, principals, known } = scene()
  const gate = Promise.withResolvers<void>()
  state.gate = gate.promise
  const before = principals.ask(7, ada)
  principals.apply(7, ended)
  state.generation = 2
  const after = principals.ask(7, ada)
  gate.resolve()
  expect([(await before).principal.generation, (await after).principal.generation]).toEqual([1, 2])
  expect([state.asked, known()]).toEqual([2, 2])
})

test('the events of one account touch that account alone', async () => {
  const { principals, known } = scene()
  await principals.ask(7, ada)
  principals.apply(7, { ...ended, user: 2 })
  principals.apply(8, ended)
  principals.apply(7, { kind: 'left', channel: 1, users: [1] })
  expect(known()).toBe(1)
  principals.apply(7, ended)
  expect(known()).toBeNull()
  await principals.ask(7, ada)
  principals.forget(7)
  expect(known()).toBeNull()
})

test('an answer of another organisation is refused', async () => {
  const principals = new Principals({
    trusted: () => true,
    clock: { monotonic: () => 0 },
    ask: () =>
      Promise.resolve({
        principal: { org: 9, user: 1, generation: 1, credential: 'key:1' },
        role: 400,
        incomingWebhook: false,
        botOwner: null,
        goodForMs: null,
      }),
  })
  await expect(principals.ask(7, ada)).rejects.toThrow('not associated')
})

test('ten thousand are remembered, then the oldest goes for each that comes', async () => {
  const { state, principals, known } = scene()
  const nth = (n: number): Credential => ({ ...ada, apiKey: `k${n}` })
  await principals.ask(7, ada)
  for (let n = 1; known() !== null; n++) {
    await principals.ask(7, nth(n))
    if (n > 1_000_000) throw new Error('nothing is forgotten')
  }
  expect(principals.remembered(7, nth(1))).not.toBeNull()
  expect(state.asked).toBeGreaterThan(1000)
})

test('an organisation that is out of use ends everybody in it, also whom it was asked for meanwhile, and nobody else', async () => {
  const { state, principals, known } = scene()
  await principals.ask(7, ada)
  await principals.ask(8, ada)
  const answers = Promise.withResolvers<void>()
  state.gate = answers.promise
  const late = principals.ask(7, { ...ada, apiKey: 'l' })
  principals.apply(7, { kind: 'over' })
  answers.resolve()
  await late
  expect([known(7), known(8)]).toEqual([null, 1])
  expect(principals.remembered(7, { ...ada, apiKey: 'l' })).toBeNull()
})
