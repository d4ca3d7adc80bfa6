import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Secret, systemClock } from '@parley/core'
import {
  connectRedis,
  createMetrics,
  type RedisConnection,
  silentLogger,
  watchCertificates,
} from '@parley/kit'
import { certDirOf } from './certificates.ts'
import { testServers } from './servers.ts'

/** A service's connection to the Redis of this run, which other tests use too. */
export async function testRedis(service: 'gateway' | 'messaging'): Promise<RedisConnection> {
  const servers = await testServers()
  const password = await readFile(join(servers.redis.passwords, service), 'utf8')
  const certificates = watchCertificates(certDirOf(servers, service), {
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics(service),
  })
  const { port } = servers.redis
  const config = { host: '127.0.0.1', port, username: service, password: new Secret(password.trim()) }
  const redis = connectRedis(config, servers.trustDomain, certificates)
  return {
    run: (script, keys, args) => redis.run(script, keys, args),
    ready: (ms) => redis.ready(ms),
    [Symbol.dispose]() {
      redis[Symbol.dispose]()
      certificates[Symbol.dispose]()
    },
  }
}
