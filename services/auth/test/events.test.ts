import { role } from '@parley/access'
import { Capabilities } from '@parley/api'
import { userId } from '@parley/core'
import { declarations, type Viewer, type WireEvent } from '@parley/events'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, harness, type Made } from './harness.ts'

let h: Harness
let acme: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
})
afterAll(() => h[Symbol.asyncDispose]())

const viewer = (as: number): Viewer => ({
  userId: userId(1),
  role: as,
  capabilities: Capabilities.parse({}),
  applyMarkdown: true,
  slimPresence: true,
  sees: null,
  queueId: 'q',
})

test.runIf(contractAvailable())('what clients are told of accounts fits the contract', async () => {
  const member = await h.account(acme.org, 'member', role.member)
  const path = { user_id: String(member.user) }
  await h.ask('update-settings', acme, { default_language: 'de', timezone: 'Europe/Berlin' })
  await h.ask('update-realm-user-settings-defaults', acme, { emojiset: 'text' })
  await h.ask('update-realm', acme, { name: 'Acme Ltd', allow_message_editing: 'false' })
  await h.ask('update-user', acme, { full_name: 'Max', role: '600' }, path)
  await h.ask('deactivate-user', acme, {}, path)
  await h.ask('reactivate-user', acme, {}, path)
  const told = (await h.log(acme.org)).flatMap((event): WireEvent[] => {
    const declaration = declarations.find((d) => d.type === event.type)
    const shapes = Object.values(role).map((as) => declaration?.shape(event.body, viewer(as)) ?? null)
    return shapes.filter((shape) => shape !== null).map((shape) => ({ id: Number(event.seq), ...shape }))
  })
  expect(told.flatMap(eventFaults)).toEqual([])
  expect(new Set(told.map((e) => `${e.type} ${String(e['op'])}`))).toEqual(
    new Set([
      'realm_user add',
      'user_group add_members',
      'user_group remove_members',
      'realm_user update',
      'realm update',
      'user_settings update',
      'realm_user_settings_defaults update',
      'realm update_dict',
    ]),
  )
})

test('what clients are told of has a type that queues can ask for, and what takes a right away raises rights', () => {
  for (const { type, audience, wire, emitter, revokes, changesRights } of declarations) {
    if (emitter !== 'auth') continue
    expect([type, wire.length > 0]).toEqual([type, audience !== 'nobody'])
    // A right that is taken away without raising `rights` would leave decisions standing.
    expect([type, revokes && !changesRights]).toEqual([type, false])
  }
})
