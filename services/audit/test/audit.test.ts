import { deactivateOrganisation, reactivateOrganisation, verifyAudit } from '@parley/api'
import { leafHash } from '@parley/crypto'
import { declarations } from '@parley/events'
import {
  type Account,
  type Organisation,
  secretIn,
  signIn,
  smallPicture,
  testNetwork,
  type TestNetwork,
  testPassword,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let other: Organisation
let ada: Account

beforeAll(async () => {
  network = await testNetwork({ instances: { audit: 2 } })
  org = await network.organisation('Canary Organisation')
  other = await network.organisation()
  ada = await org.person('Ada Canaryname')
})
afterAll(() => network[Symbol.asyncDispose]())

const audited = declarations.filter((d) => d.audited).map((d) => d.type)
const Logged = z.object({ seq: z.coerce.number(), type: z.string(), body: z.unknown() })
const Leaf = z.object({ index: z.coerce.number(), seq: z.coerce.number(), entry: z.string() })
const Entry = Logged.extend({ v: z.literal(1), org: z.int(), at: z.iso.datetime() })

const auditedOf = async (org_: number) =>
  z
    .array(Logged)
    .parse(
      await network.database.superuser(
        'SELECT seq, type, body FROM events.log WHERE org_id = $1 AND type = ANY ($2) ORDER BY seq',
        [org_, audited],
      ),
    )
const leavesOf = async (org_: number) =>
  z
    .array(Leaf)
    .parse(
      await network.database.superuser(
        'SELECT index, seq, entry FROM audit.leaves WHERE org_id = $1 ORDER BY index',
        [org_],
      ),
    )
const verify = (of: Organisation) => network.link.call(verifyAudit, { org: of.id })

const mailTo = (who: Organisation) =>
  network.mail.received.find(({ to }) => to.includes(`canary@${who.subdomain}.changed.example`))
function never(): never {
  throw new Error('a mail came')
}

/** Every act that becomes a leaf, with a word in everything that somebody can write. */
async function everyAct(who: Organisation, person: Account): Promise<void> {
  const channel = { subscriptions: [{ name: 'canarychannel', description: 'canarydescription' }] }
  await person.ok('POST', '/users/me/subscriptions', { ...channel, principals: [person.id, who.owner.id] })
  const { id: message } = await person.ok('POST', '/messages', {
    type: 'channel',
    to: 'canarychannel',
    topic: 'canarytopic',
    content: 'canarycontent',
  })
  const { stream_id: id } = await person.ok('GET', '/get_stream_id', { stream: 'canarychannel' })
  await person.ok('PATCH', `/streams/${z.int().parse(id)}`, { is_private: true })
  await who.owner.ok('PATCH', `/streams/${z.int().parse(id)}`, { message_retention_days: '30' })
  await who.owner.ok('PATCH', `/streams/${z.int().parse(id)}`, { topics_policy: '"allow_empty_topic"' })
  const members = { direct_members: [person.id], direct_subgroups: [] }
  await person.ok('PATCH', `/streams/${z.int().parse(id)}`, { can_send_message_group: { new: members } })
  await person.ok('POST', '/user_groups/create', {
    name: 'canarygroup',
    description: 'canarydescription',
    members: [person.id],
  })
  await who.owner.ok('PATCH', '/realm', { moderation_request_channel_id: id })
  const report = { report_type: 'spam', description: 'canarydescription' }
  await person.ok('POST', `/messages/${z.int().parse(message)}/report`, report)
  await person.ok('DELETE', '/users/me/subscriptions', { subscriptions: ['canarychannel'] })
  const { user_id: bot } = await person.ok('POST', '/bots', { full_name: 'Canaryname', short_name: 'canary' })
  await person.ok('PATCH', `/bots/${z.int().parse(bot)}`, { bot_owner_id: who.owner.id })
  await person.upload('/realm/emoji/canaryemoji', [smallPicture])
  await person.upload('/users/me/avatar', [smallPicture])
  const headers = await signIn(who.client(), person.email, testPassword)
  const session = who.client({ headers, root: '/json' })
  await session.ok('DELETE', '/parley/sessions/current')
  const passwords = { old_password: testPassword, new_password: 'canary lantern 9 drifts uphill' }
  await person.ok('PATCH', '/settings', passwords)
  await person.ok('POST', '/users/me/api_key/regenerate')
  await who.owner.ok('PATCH', '/realm', { description: 'canarydescription', waiting_period_threshold: 2 })
  await who.owner.ok('POST', '/realm/profile_fields', {
    field_type: 1,
    name: 'canaryfield',
    hint: 'canarydescription',
  })
  await who.owner.upload('/realm/icon', [smallPicture])
  await who.owner.ok('POST', '/invites', { invitee_emails: 'canary@new.example', stream_ids: [] })
  await who.owner.ok('PATCH', '/realm', { can_resolve_topics_group: { new: members } })
  const later = await signIn(who.client(), person.email, passwords.new_password)
  const email = `canary@${who.subdomain}.changed.example`
  await who.client({ headers: later, root: '/json' }).ok('PATCH', '/settings', { email })
  await expect.poll(() => mailTo(who), { timeout: 20_000 }).toBeDefined()
  const secret = secretIn(mailTo(who) ?? never())
  await who.client().ok('POST', '/parley/email/confirm', { secret })
  await who.owner.ok('PATCH', `/users/${person.id}`, { role: 300 })
  await who.owner.ok('DELETE', `/users/${person.id}`)
  await who.owner.ok('POST', `/users/${person.id}/reactivate`)
}

test('RO-04 every audited event becomes one leaf, in order, though NATS loses everything meanwhile', async () => {
  await everyAct(org, ada)
  await network.nats.wipe()
  const lost = org.person('Bea Canaryname')
  await network.nats.start()
  await everyAct(other, await other.person('Cid Canaryname'))
  await lost
  await network.link.call(deactivateOrganisation, { org: org.id })
  await network.link.call(reactivateOrganisation, { org: org.id })
  await network.settle()
  for (const one of [org, other]) {
    const events = await auditedOf(one.id)
    const leaves = await leavesOf(one.id)
    expect(leaves.map(({ index }) => index)).toEqual(leaves.map((_, i) => i))
    const entries = leaves.map(({ entry }) => Entry.parse(JSON.parse(entry)))
    expect(entries.map(({ seq, type, body }) => ({ seq, type, body }))).toEqual(events)
    expect(entries.every((entry) => entry.org === one.id)).toBe(true)
  }
  const types = new Set((await auditedOf(org.id)).map(({ type }) => type))
  expect([...types].sort()).toEqual([...audited].sort())
})

test('no leaf holds an address, a name or what somebody wrote', async () => {
  const text = JSON.stringify([await leavesOf(org.id), await leavesOf(other.id)])
  expect(text.toLowerCase()).not.toMatch(/canary|olive|owner@|example\.com|localhost/)
})

test('the tree verifies; whatever is changed in it is found', async () => {
  for (const one of [org, other])
    expect(await verify(one)).toMatchObject({ ok: true, fault: null, size: (await leavesOf(one.id)).length })
  const spoil = (sql: string, ...params: unknown[]) =>
    network.database.superuser(`UPDATE audit.leaves SET ${sql}`, [org.id, ...params])
  const third = 'WHERE org_id = $1 AND index = 2'
  const entry = (await leavesOf(org.id))[2]?.entry ?? ''

  await spoil(`entry = $2 ${third}`, entry.replace('"seq":', '"seq":1'))
  expect(await verify(org)).toMatchObject({ ok: false, fault: 'leaf 2 was changed' })
  // With a hash that fits, the root still does not.
  await spoil(`hash = $2 ${third}`, leafHash(entry.replace('"seq":', '"seq":1')))
  expect(await verify(org)).toMatchObject({ ok: false, fault: 'the root differs from the recorded one' })
  await spoil(`entry = $2, hash = $3 ${third}`, entry, leafHash(entry))
  expect(await verify(org)).toMatchObject({ ok: true })

  await spoil(`index = index + 1000 ${third}`)
  expect(await verify(org)).toMatchObject({ ok: false, fault: 'leaf 2 is missing' })
  await spoil('index = index - 1000 WHERE org_id = $1 AND index >= 1000')
  const last = (await leavesOf(org.id)).length - 1
  await spoil('org_id = -org_id WHERE org_id = $1 AND index = $2', last)
  const cut = await verify(org)
  expect(cut).toMatchObject({ ok: false, fault: `${last + 1} leaves were recorded, ${last} are there` })
  await network.database.superuser('UPDATE audit.leaves SET org_id = $1 WHERE org_id = -$1::int', [org.id])
  expect(await verify(org)).toMatchObject({ ok: true })
  expect(await verify(other)).toMatchObject({ ok: true })
})
