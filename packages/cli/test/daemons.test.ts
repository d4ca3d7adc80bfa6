import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { type AddressInfo, connect as connectPlain, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer as createTlsServer } from 'node:tls'
import { promisify } from 'node:util'
import { systemClock, systemIds } from '@parley/core'
import { createCa, issueClient, issueServer, loadCa, writePair } from '@parley/crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../src/child.ts'
import { startNats } from '../src/daemons/nats.ts'
import { freePorts } from '../src/daemons/ports.ts'
import { bootstrapDatabase, startPostgres, type Postgres } from '../src/daemons/postgres.ts'
import { installed } from '../src/daemons/programs.ts'
import { redisCall } from '../src/daemons/redis-call.ts'
import { startRedis, type Redis } from '../src/daemons/redis.ts'
import type { Daemon } from '../src/daemons/daemon.ts'
import { ensurePki, type Pki } from '../src/pki.ts'

const sources = { clock: systemClock, ids: systemIds }
const publicNames = { dns: ['localhost'], ips: ['127.0.0.1'] }
let dir: string
let pki: Pki
let rogue: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-daemons-'))
  // Postgres runs as another user when root starts it, and must get through.
  await chmod(dir, 0o711)
  pki = await ensurePki({ dir, sources, publicNames })
  // The right names from another authority.
  rogue = join(dir, 'rogue')
  const ca = await createCa('Rogue', sources)
  const { trustDomain } = pki
  await writePair(rogue, 'client', await issueClient(ca, { trustDomain, service: 'auth', role: 'svc_auth' }))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const read = (folder: string, name: string): Promise<string> => readFile(join(folder, name), 'utf8')
/** The serial number of the certificate that a listener shows now. */
function shownSerial(port: number, start: (port: number) => Promise<Socket>): Promise<string> {
  return start(port).then(
    (socket) =>
      new Promise((resolve, reject) => {
        const secure = connect({ socket, rejectUnauthorized: false })
        secure.once('secureConnect', () => {
          resolve(secure.getPeerCertificate().serialNumber)
          secure.destroy()
        })
        secure.once('error', reject)
      }),
  )
}

async function renew(service: string): Promise<void> {
  const ca = {
    cert: await read(join(dir, 'ca'), 'internal-ca.crt'),
    key: await read(join(dir, 'ca'), 'internal-ca.key'),
  }
  const { trustDomain } = pki
  const pair = await issueServer(await loadCa(ca, sources), { trustDomain, service })
  await writePair(pki.certDir(service), 'server', pair)
}

const present = await installed()

describe.skipIf(present.postgres === undefined)('Postgres', () => {
  let postgres: Postgres
  let written = ''
  const onOutput = (chunk: Buffer): void => {
    written += chunk.toString()
  }
  beforeAll(async () => {
    const [port = 0] = await freePorts(1)
    const certs = pki.certDir('postgres')
    postgres = await startPostgres({ dir: join(dir, 'postgres'), port, certs, onOutput })
    await bootstrapDatabase(postgres, 'parley')
    await bootstrapDatabase(postgres, 'parley')
  }, 60_000)
  afterAll(() => postgres.stop())

  const query = async (role: string, certs: string | undefined, sql: string, more = ''): Promise<string> => {
    const ssl =
      certs === undefined
        ? 'sslcert=/none sslkey=/none'
        : `sslcert=${join(certs, 'client.crt')} sslkey=${join(certs, 'client.key')}`
    const target = `host=127.0.0.1 port=${postgres.port} dbname=parley user=${role} sslmode=verify-full sslrootcert=${join(pki.certDir('postgres'), 'ca.crt')} ${ssl} ${more}`
    const { stdout } = await promisify(execFile)('psql', [target, '-XAtc', sql])
    return stdout.trim()
  }

  test('lets a role in by its certificate, over TLS 1.3', async () => {
    const answer = await query(
      'svc_auth',
      pki.certDir('auth'),
      "select current_user, s.version, rolsuper, current_setting('fsync') from pg_stat_ssl s, pg_roles r where pid = pg_backend_pid() and rolname = current_user",
    )
    expect(answer).toBe('svc_auth|TLSv1.3|f|on')
  })

  test.each([
    ['no certificate', 'svc_auth', () => undefined, ''],
    ["another role's certificate", 'svc_auth', () => pki.certDir('streams'), ''],
    ['a certificate of another authority', 'svc_auth', () => rogue, ''],
    ['the superuser', 'postgres', () => pki.certDir('auth'), ''],
    ['another database', 'svc_auth', () => pki.certDir('auth'), 'dbname=postgres'],
    ['no TLS', 'svc_auth', () => pki.certDir('auth'), 'sslmode=disable'],
    ['TLS 1.2', 'svc_auth', () => pki.certDir('auth'), 'ssl_max_protocol_version=TLSv1.2'],
  ])('refuses %s', async (_, role, certs, more) => {
    await expect(query(role, certs(), 'select 1', more)).rejects.toThrow(/psql: error/)
  })

  test('writes down who was refused, and nothing of what is in a statement that fails', async () => {
    const failing = query('svc_auth', pki.certDir('auth'), "select 'canary-q7'::int")
    await expect(failing).rejects.toThrow('invalid input syntax')
    await expect(query('nobody', pki.certDir('auth'), 'select 1')).rejects.toThrow(/psql: error/)
    // The server writes one after the other.
    await until('the refusal', async () => (written.includes('nobody') ? true : undefined), {
      timeoutMs: 10_000,
    })
    expect(written).not.toContain('canary-q7')
  })

  test('keeps its key and socket closed to others', async () => {
    expect((await stat(join(dir, 'postgres/conf/server.key'))).mode & 0o077).toBe(0)
    expect((await stat(postgres.admin.host)).mode & 0o077).toBe(0)
  })

  test('takes up a new certificate, and keeps its data over a restart', async () => {
    const start = async (port: number): Promise<Socket> => {
      const socket = connectPlain(port, '127.0.0.1')
      socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))
      await new Promise((resolve) => socket.once('data', resolve))
      return socket
    }
    const before = await shownSerial(postgres.port, start)
    await renew('postgres')
    await postgres.reload()
    await expect(
      until(
        'the new certificate',
        async () => ((await shownSerial(postgres.port, start)) === before ? undefined : true),
        { timeoutMs: 10_000 },
      ),
    ).resolves.toBe(true)
    await query('parley_owner', pki.certDir('owner'), 'create schema kept')
    await postgres.stop()
    const { port } = postgres
    postgres = await startPostgres({ dir: join(dir, 'postgres'), port, certs: pki.certDir('postgres') })
    expect(
      await query('svc_auth', pki.certDir('auth'), "select 1 from pg_namespace where nspname = 'kept'"),
    ).toBe('1')
  })
})

describe.skipIf(present.nats === undefined)('NATS', () => {
  let nats: Daemon
  beforeAll(async () => {
    const [port = 0] = await freePorts(1)
    const { trustDomain } = pki
    nats = await startNats({ dir: join(dir, 'nats'), port, certs: pki.certDir('nats'), trustDomain })
  }, 30_000)
  afterAll(() => nats.stop())

  const greeted = async (port: number): Promise<Socket> => {
    const socket = connectPlain(port, '127.0.0.1')
    await new Promise((resolve) => socket.once('data', resolve))
    return socket
  }
  /** Says these lines and collects what the server answers until it closes or has answered the ping. */
  const talk = async (
    certs: string | undefined,
    lines: readonly string[],
    more: object = {},
  ): Promise<string> => {
    const pair =
      certs === undefined
        ? {}
        : { cert: await read(certs, 'client.crt'), key: await read(certs, 'client.key') }
    const ca = await read(pki.certDir('nats'), 'ca.crt')
    const socket = connect({ socket: await greeted(nats.port), host: '127.0.0.1', ca, ...pair, ...more })
    return new Promise((resolve) => {
      let said = ''
      const end = (): void => {
        socket.destroy()
        resolve(said)
      }
      socket.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (said.includes('PONG')) end()
      })
      socket.once('error', (error: Error) => {
        said += error.message
        end()
      })
      socket.once('close', end)
      socket.write(
        [
          'CONNECT {"verbose":false,"pedantic":false,"lang":"x","version":"1","protocol":1}',
          ...lines,
          'PING',
          '',
        ].join('\r\n'),
      )
    })
  }

  test('lets a service do what its rights say, and nothing else', async () => {
    const gateway = pki.certDir('gateway')
    expect(await talk(gateway, ['SUB evt.> 1'])).toBe('PONG\r\n')
    expect(await talk(gateway, ['SUB hint.> 1'])).toContain('Permissions Violation')
    expect(await talk(gateway, ['PUB evt.1 0', ''])).toContain('Permissions Violation')
    expect(await talk(pki.certDir('relay'), ['PUB evt.1 0', '', 'SUB hint.> 1'])).toBe('PONG\r\n')
    expect(await talk(pki.certDir('auth'), ['SUB _INBOX_gateway.> 1'])).toContain('Permissions Violation')
  })

  test.each([
    ['no certificate', () => undefined, {}],
    ['a certificate of another authority', () => rogue, {}],
    ['a service without rights', () => pki.certDir('owner'), {}],
    ['TLS 1.2', () => pki.certDir('gateway'), { maxVersion: 'TLSv1.2' }],
  ])('refuses %s', async (_, certs, more) => {
    expect(await talk(certs(), [], more)).not.toContain('PONG')
  })

  test('takes up a new certificate', async () => {
    const before = await shownSerial(nats.port, greeted)
    await renew('nats')
    await nats.reload()
    await expect(
      until(
        'the new certificate',
        async () => ((await shownSerial(nats.port, greeted)) === before ? undefined : true),
        { timeoutMs: 10_000 },
      ),
    ).resolves.toBe(true)
  })
})

describe.skipIf(present.redis === undefined)('Redis', () => {
  let redis: Redis
  beforeAll(async () => {
    const [port = 0] = await freePorts(1)
    redis = await startRedis({
      dir: join(dir, 'redis'),
      port,
      certs: pki.certDir('redis'),
      clientCerts: pki.certDir('cli'),
      ids: systemIds,
    })
  }, 30_000)
  afterAll(() => redis.stop())

  const call = (user: string, command: string[], certs = pki.certDir('gateway')): Promise<string> =>
    redisCall({ port: redis.port, certs, user, passwordFile: redis.passwordFile(user) }, command)

  test('gives each user its own keys', async () => {
    expect(await call('gateway', ['SET', 'gateway:a', '1'])).toBe('OK')
    expect(await call('gateway', ['EVAL', "return redis.call('TIME') and 'ok'", '0'])).toBe('2')
    await expect(call('gateway', ['SET', 'auth:a', '1'])).rejects.toThrow('NOPERM')
    await expect(call('gateway', ['FLUSHALL'])).rejects.toThrow('NOPERM')
    await expect(call('gateway', ['CONFIG', 'SET', 'maxmemory', '1'])).rejects.toThrow('NOPERM')
    await expect(call('ops', ['GET', 'gateway:a'])).rejects.toThrow('NOPERM')
  })

  test('refuses a wrong password, the default user and a foreign certificate', async () => {
    const passwordFile = redis.passwordFile('ops')
    const certs = pki.certDir('gateway')
    const target = { port: redis.port, certs, passwordFile }
    await expect(redisCall({ ...target, user: 'gateway' }, ['PING'])).rejects.toThrow('WRONGPASS')
    await expect(redisCall({ ...target, user: 'default' }, ['PING'])).rejects.toThrow('WRONGPASS')
    await writePair(rogue, 'ca', { cert: await read(certs, 'ca.crt'), key: '' })
    await expect(call('gateway', ['PING'], rogue)).rejects.toThrow('Redis')
  })

  test('is not called where another service answers in its place', async () => {
    const file = (name: string) => read(pki.certDir('auth'), name)
    const [cert, key] = await Promise.all([file('server.crt'), file('server.key')])
    let heard = 0
    const other = createTlsServer({ cert, key }, (socket) => {
      socket.on('error', () => {})
      socket.on('data', () => heard++)
    })
    await once(other.listen(0, '127.0.0.1'), 'listening')
    const { port } = other.address() as AddressInfo
    const target = { port, certs: pki.certDir('cli'), user: 'ops', passwordFile: redis.passwordFile('ops') }
    await expect(redisCall(target, ['PING'])).rejects.toThrow('not Redis')
    expect(heard).toBe(0)
    other.close()
  })

  test('takes up a new certificate', async () => {
    const plain = async (port: number): Promise<Socket> => connectPlain(port, '127.0.0.1')
    const before = await shownSerial(redis.port, plain)
    await renew('redis')
    await redis.reload()
    expect(await shownSerial(redis.port, plain)).not.toBe(before)
  })
})

test('a second look at the certificates changes nothing; other public names renew the public one', async () => {
  expect((await ensurePki({ dir, sources, publicNames })).renewed).toEqual([])
  const dns = ['localhost', 'acme.localhost']
  expect((await ensurePki({ dir, sources, publicNames: { ...publicNames, dns } })).renewed).toEqual([
    'public',
  ])
})
