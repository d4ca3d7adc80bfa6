import { Writable } from 'node:stream'
import { orgId, seq, systemClock, systemIds } from '@parley/core'
import { append, make, userDeactivated } from '@parley/events'
import { createLogger, createMetrics, loadConfig } from '@parley/kit'
import { createRelayService, relaySettings } from '@parley/service-relay'
import { certDirOf, privateNats, testDatabase, testServers } from '@parley/testkit'
import { expect, test } from 'vitest'
import { z } from 'zod'

const sink = (): Writable & { text(): string } => {
  const chunks: string[] = []
  return Object.assign(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk.toString())
        done()
      },
    }),
    { text: () => chunks.join('') },
  )
}

test('the service publishes what is committed and stops cleanly', async () => {
  const servers = await testServers()
  await using nats = await privateNats()
  await using db = await testDatabase()
  const out = sink()
  const config = loadConfig(relaySettings, {
    NODE_NAME: 'relay-1',
    TRUST_DOMAIN: servers.trustDomain,
    CERT_DIR: certDirOf(servers, 'relay'),
    LINK_LISTEN: '127.0.0.1:0',
    TOKEN_KEYS_FILE: servers.tokenKeys,
    PG_HOST: '127.0.0.1',
    PG_PORT: String(servers.postgres.port),
    PG_DATABASE: db.name,
    PG_POOL: '4',
    NATS_URL: nats.url,
  })
  const deps = {
    clock: systemClock,
    ids: systemIds,
    logger: createLogger({ service: 'relay', node: 'relay-1', level: 'info', scope: () => ({}), to: out }),
    metrics: createMetrics('relay'),
  }
  {
    await using relay = await createRelayService(config, deps)
    expect(relay.linkAddress.port).toBeGreaterThan(0)
    const auth = await db.as('auth')
    const org = orgId(1)
    await auth.write(org, (tx) => tx.execute('SELECT events.begin_log($1)', [org]))
    await auth.write(org, (tx) =>
      append(tx, null, [make(userDeactivated, { user_id: 4, generation: 2, by: null })]),
    )
    await relay.settled?.(org, seq(1), AbortSignal.timeout(20_000))
  }
  const [lease] = await (
    await db.as('relay')
  ).once(z.object({ held: z.boolean() }), 'SELECT bool_or(expires_at > now()) AS held FROM events.leases')
  expect(lease?.held).toBe(false)
  expect(out.text()).not.toContain('"level":"error"')
})
