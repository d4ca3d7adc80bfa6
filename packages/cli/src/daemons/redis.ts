import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256, type Ids } from '@parley/core'
import { writeAtomically } from '@parley/crypto'
import { answering, launch, systemPath } from '../child.ts'
import type { Daemon, DaemonOptions } from './daemon.ts'
import { need } from './programs.ts'
import { redisCall, type RedisTarget } from './redis-call.ts'
import { redisUsers } from './redis-users.ts'

export interface RedisOptions extends DaemonOptions {
  ids: Ids
  /** The folder with `client.crt`, `client.key` and `ca.crt` for the supervisor's own calls. */
  clientCerts: string
}

export interface Redis extends Daemon {
  /** The file with a user's password. */
  passwordFile(user: string): string
  /** Gives a user another password and ends every connection; who does not read the file anew stays out. */
  newPassword(user: string): Promise<void>
}

/** Starts a private Redis; resolves when it answers. Passwords are made once and kept in files. */
export async function startRedis(options: RedisOptions): Promise<Redis> {
  const program = await need('redis')
  const { dir, port, certs } = options
  await mkdir(join(dir, 'data'), { recursive: true, mode: 0o700 })
  await mkdir(join(dir, 'passwords'), { recursive: true, mode: 0o700 })
  const passwordFile = (user: string): string => join(dir, 'passwords', user)
  const writeUsers = async (): Promise<void> => {
    const lines = ['user default off resetpass resetkeys resetchannels -@all']
    for (const [user, rules] of Object.entries(redisUsers)) {
      const password = await ensurePassword(passwordFile(user), options.ids)
      lines.push(`user ${user} on #${sha256(password).toString('hex')} ${rules}`)
    }
    await writeAtomically(join(dir, 'users.acl'), `${lines.join('\n')}\n`, 0o600)
  }
  await writeUsers()
  await writeAtomically(join(dir, 'redis.conf'), redisConfig(options), 0o600)
  const child = await launch({
    name: 'redis',
    command: program,
    args: [join(dir, 'redis.conf')],
    env: { PATH: systemPath, TZ: 'UTC' },
    cwd: dir,
    pidFile: join(dir, 'redis.pid'),
    stopSignal: 'SIGTERM',
    onOutput: options.onOutput,
  })
  const target: RedisTarget = {
    port,
    certs: options.clientCerts,
    user: 'ops',
    passwordFile: passwordFile('ops'),
  }
  const ping = (): Promise<true | undefined> =>
    redisCall(target, ['PING']).then(
      (answer) => (answer === 'PONG' ? true : undefined),
      () => undefined,
    )
  await answering(child, 'Redis to answer', ping)
  return Object.assign(child, {
    port,
    passwordFile,
    async newPassword(user: string) {
      await rm(passwordFile(user), { force: true })
      await writeUsers()
      await redisCall(target, ['ACL', 'LOAD'])
    },
    // One command: certificate and key alone would not match. Naming the same paths reads them again.
    async reload() {
      await redisCall(target, [
        'CONFIG',
        'SET',
        'tls-cert-file',
        join(certs, 'server.crt'),
        'tls-key-file',
        join(certs, 'server.key'),
        'tls-ca-cert-file',
        join(certs, 'ca.crt'),
      ])
    },
  })
}

function redisConfig({ dir, port, certs }: RedisOptions): string {
  return [
    'bind 127.0.0.1',
    'port 0',
    `tls-port ${port}`,
    `tls-cert-file ${quoted(join(certs, 'server.crt'))}`,
    `tls-key-file ${quoted(join(certs, 'server.key'))}`,
    `tls-ca-cert-file ${quoted(join(certs, 'ca.crt'))}`,
    'tls-auth-clients yes',
    'tls-protocols "TLSv1.3"',
    'tls-session-caching no',
    `aclfile ${quoted(join(dir, 'users.acl'))}`,
    `dir ${quoted(join(dir, 'data'))}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'daemonize no',
    'logfile ""',
    'maxmemory-policy noeviction',
    '',
  ].join('\n')
}

const quoted = (text: string): string => JSON.stringify(text)

async function ensurePassword(path: string, ids: Ids): Promise<string> {
  const known = await readFile(path, 'utf8').catch(() => '')
  if (known !== '') return known
  const made = ids.bytes(32).toString('base64url')
  await writeAtomically(path, made, 0o600)
  return made
}
