import { createHash } from 'node:crypto'
import { role, type Role } from '@parley/access'
import type { ApiClient } from '@parley/testkit'
import fc from 'fast-check'
import { z } from 'zod'
import { superuser } from '../faults/superuser.ts'
import type { Product, Scene } from '../product.ts'

const roles: readonly Role[] = [role.owner, role.admin, role.moderator, role.member, role.guest, role.guest]
const kinds = ['web-public', 'public', 'shared', 'protected'] as const
/** An index into people, channels or messages, whatever their number. */
const any = fc.nat(59)

const step = fc.record({
  what: fc.constantFrom(
    ...(['send', 'send', 'send', 'send', 'direct', 'direct', 'add', 'add', 'leave', 'leave'] as const),
    ...(['remove', 'star', 'read', 'deactivate', 'archive'] as const),
  ),
  who: any,
  other: any,
  where: any,
})
/** People of all roles, bots with and without owners, channels of all kinds, and what they did to each other. */
export const someOrganisation = fc.record({
  people: fc.array(
    fc.record({
      role: fc.constantFrom(...roles),
      kind: fc.constantFrom('human', 'human', 'bot', 'bot without owner'),
      owner: any,
    }),
    { minLength: 4, maxLength: 6 },
  ),
  channels: fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      creator: fc.option(any),
      members: fc.array(any, { maxLength: 3 }),
    }),
    { minLength: 3, maxLength: 5 },
  ),
  steps: fc.array(step, { minLength: 15, maxLength: 40 }),
  /** Who permits direct messages: a group of a role, or this one person; and who adds others to channels. */
  permits: fc.oneof(fc.constantFrom(2, 2, 3, 5), fc.record({ person: any })),
  adds: fc.constantFrom(3, 3, 5, 8),
})
export type Wanted = typeof someOrganisation extends fc.Arbitrary<infer O> ? O : never

export interface Someone {
  readonly id: number
  readonly client: ApiClient
}
export interface Place {
  readonly id: number
  readonly name: string
}
/** The owner comes first in `people`; everybody is there, also who was deactivated since. */
export interface Organisation {
  readonly id: number
  readonly owner: ApiClient
  readonly people: readonly [Someone, ...Someone[]]
  readonly channels: readonly [Place, ...Place[]]
  /** As the superuser, for what no endpoint does. Rows are those of the last statement. */
  readonly sql: (...statements: readonly string[]) => Promise<Record<string, unknown>[]>
}

const Id = z.object({ id: z.int() })
const keyOf = (n: number): string => `${n}`.padStart(32, 'K')

/** Makes its people and channels past the services, before anybody has spoken to it. */
export async function populate(product: Product, stage: Scene, wanted: Wanted): Promise<Organisation> {
  const org = stage.org.org_id
  const ownerId = stage.org.owner.user_id
  const inOrg = `SELECT set_config('app.org', '${org}', false)`
  const sql = async (...statements: readonly string[]): Promise<Record<string, unknown>[]> =>
    superuser(product, ...statements)
  const idFrom = async (...statements: readonly string[]): Promise<number> =>
    Id.parse((await sql(inOrg, ...statements)).at(-1)).id

  const people: [Someone, ...Someone[]] = [{ id: ownerId, client: stage.owner }]
  for (const [n, { role: as, kind, owner }] of wanted.people.entries()) {
    const key = keyOf(n)
    const email = `person${n}@example.com`
    const owning = kind === 'bot' ? people[owner % people.length]?.id : null
    const id = await idFrom(
      `INSERT INTO auth.users (org_id, email, delivery_email, full_name, role, is_bot, bot_type, bot_owner_id, date_joined)
       VALUES (${org}, '${email}', '${email}', 'Person ${n}', ${as}, ${kind !== 'human'},
         ${kind === 'human' ? null : 1}, ${owning ?? null}, now()) RETURNING user_id AS id`,
    )
    await sql(
      `INSERT INTO auth.api_keys (org_id, user_id, sha256, created_at)
       VALUES (${org}, ${id}, '\\x${createHash('sha256').update(key).digest('hex')}', now())`,
    )
    people.push({ id, client: stage.client({ email, apiKey: key, address: `127.0.0.${2 + (n % 2)}` }) })
  }

  const idAt = (index: number): number => people[index % people.length]?.id ?? ownerId
  // The owner goes in and out of it where something was changed past the services, so that they look anew.
  const made = [{ kind: 'public' as const, creator: null, members: [] }, ...wanted.channels]
  const channels: Place[] = []
  for (const [n, { kind, creator, members }] of made.entries()) {
    const name = `channel ${n}`
    const id = await idFrom(
      `WITH drawn AS (SELECT nextval('streams.channel_ids')::integer AS id)
       INSERT INTO streams.channels (org_id, channel_id, recipient_id, name, name_key, invite_only,
         history_public_to_subscribers, is_web_public, creator_id, can_administer_channel_group, created_at)
       SELECT ${org}, id, messaging.v1_open_channel(${org}, id), '${name}', '${name}',
         ${kind === 'shared' || kind === 'protected'}, ${kind !== 'protected'}, ${kind === 'web-public'},
         ${creator === null ? null : idAt(creator)},
         ${creator === null ? 8 : `auth.v1_setting_group(${org}, '{${idAt(creator)}}', '{}')`}, now() FROM drawn RETURNING channel_id AS id`,
    )
    const inIt = [...new Set(members.map(idAt))].join()
    if (inIt !== '')
      await sql(
        inOrg,
        `INSERT INTO streams.subscriptions (org_id, channel_id, user_id, color, changed_at)
         SELECT ${org}, ${id}, u, '#aabbcc', now() FROM unnest('{${inIt}}'::integer[]) AS u`,
        `SELECT messaging.v1_subscribed(${org}, ${id}, '{${inIt}}')`,
      )
    channels.push({ id, name })
  }
  const [first, ...others] = channels
  if (!first) throw new Error('no channel')
  return { id: org, owner: stage.owner, people, channels: [first, ...others], sql }
}
