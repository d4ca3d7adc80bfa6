import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Capabilities } from '@parley/api'
import type { QueueSpec } from '@parley/service-gateway'
import { Client } from 'pg'
import { z } from 'zod'

/** Somebody who can sign in. */
export interface Member {
  readonly id: number
  readonly email: string
  readonly apiKey: string
}

const Ports = z.object({ postgres: z.int() })

/** A connection as the superuser, over the socket in the product's folder. */
export async function superuser(data: string): Promise<Client> {
  const { postgres: port } = Ports.parse(JSON.parse(readFileSync(join(data, 'ports.json'), 'utf8')))
  const options = readFileSync(join(data, 'postgres', 'conf', 'postgresql.conf'), 'utf8')
  const host = /^unix_socket_directories = '(.*)'$/m.exec(options)?.[1]
  const client = new Client({ host, port, user: 'postgres', database: 'parley' })
  await client.connect()
  return client
}

/**
 * Adds members to an organisation and subscribes them to a channel, written as the services write them but without
 * their events and passwords: thousands by the API would take minutes of Argon2. Before anybody has asked for them.
 */
export async function addCrowd(
  database: Client,
  crowd: {
    readonly org: number
    readonly channel: number | null
    readonly size: number
    readonly name: string
  },
): Promise<Member[]> {
  const { org, channel, size, name } = crowd
  const keys = Array.from({ length: size }, () => randomBytes(16).toString('hex'))
  const { rows } = await database.query<{ id: number }>(
    `INSERT INTO auth.users (org_id, email, delivery_email, full_name, role, date_joined)
     SELECT $1, $2 || n || '@example.com', $2 || n || '@example.com', $2 || ' ' || n, 400, now()
     FROM generate_series(1, $3::int) AS n ORDER BY n RETURNING user_id AS id`,
    [org, name, size],
  )
  const ids = rows.map((row) => row.id)
  await database.query(
    `INSERT INTO auth.api_keys (org_id, user_id, sha256, created_at)
     SELECT $1, u, decode(h, 'hex'), now() FROM unnest($2::int[], $3::text[]) AS k (u, h)`,
    [org, ids, keys.map((key) => createHash('sha256').update(key).digest('hex'))],
  )
  if (channel !== null) {
    await database.query('SELECT messaging.v1_subscribed($1, $2, $3)', [org, channel, ids])
    await database.query(
      `INSERT INTO streams.subscriptions (org_id, channel_id, user_id, color, changed_at)
       SELECT $1, $2, u, '#76ce90', now() FROM unnest($3::int[]) AS u`,
      [org, channel, ids],
    )
  }
  return ids.map((id, i) => ({ id, email: `${name}${i + 1}@example.com`, apiKey: keys[i] ?? '' }))
}

/**
 * Makes a queue of messages for each member, as `POST /register` would, at the head as it is now.
 * @returns their ids, and the place they begin at
 */
export async function addQueues(
  database: Client,
  org: number,
  members: readonly Member[],
): Promise<{ readonly ids: string[]; readonly start: number }> {
  const { rows } = await database.query<{ seq: string }>('SELECT seq FROM events.head WHERE org_id = $1', [
    org,
  ])
  const start = Number(rows[0]?.seq)
  const specs = members.map(({ id }): QueueSpec => ({
    queueId: randomUUID(),
    org,
    user: id,
    vantage: 1,
    start,
    eventTypes: ['message'],
    narrow: [],
    allPublicStreams: false,
    capabilities: Capabilities.parse({}),
    applyMarkdown: true,
    slimPresence: false,
    lifespan: 600,
  }))
  await database.query(
    `INSERT INTO gateway.queues (org_id, queue_id, user_id, start, position, spec, lifespan, expires_at)
     SELECT $1, (s ->> 'queueId')::uuid, (s ->> 'user')::int, $2, $2, s, 600, now() + interval '10 minutes'
     FROM jsonb_array_elements($3::jsonb) AS s`,
    [org, start, JSON.stringify(specs)],
  )
  return { ids: specs.map((spec) => spec.queueId), start }
}
