import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { spiffeId, writeAtomically } from '@parley/crypto'
import { answering, launch, systemPath } from '../child.ts'
import type { Daemon, DaemonOptions } from './daemon.ts'
import { natsRights, type NatsRights } from './nats-subjects.ts'
import { need } from './programs.ts'

export interface NatsOptions extends DaemonOptions {
  /** Users are `spiffe://<trustDomain>/svc/<service>` of the certificate. */
  trustDomain: string
  rights?: Readonly<Record<string, NatsRights>>
  /** Of the users' certificates, asked again at each reload: other generations are strangers. All 1 unless given. */
  generations?: () => Promise<Readonly<Record<string, number>>>
}

/** Starts a private NATS server with JetStream; resolves when it answers. */
export async function startNats(options: NatsOptions): Promise<Daemon> {
  const program = await need('nats')
  const { dir, port } = options
  await mkdir(join(dir, 'data'), { recursive: true, mode: 0o700 })
  const config = join(dir, 'nats.conf')
  const version = await versionOf(program)
  const configure = async (): Promise<void> => {
    const generations = (await options.generations?.()) ?? {}
    await writeAtomically(config, natsConfig(options, version, generations), 0o600)
  }
  await configure()
  const child = await launch({
    name: 'nats',
    command: program,
    args: ['-c', config],
    env: { PATH: systemPath, TZ: 'UTC' },
    cwd: dir,
    pidFile: join(dir, 'nats.pid'),
    stopSignal: 'SIGTERM',
    onOutput: options.onOutput,
  })
  await answering(child, 'NATS to answer', () => greeting(port))
  return Object.assign(child, {
    port,
    // Users that are named no more are cut off at once.
    async reload() {
      await configure()
      child.signal('SIGHUP')
    },
  })
}

/** `[2, 9]` for a server that calls itself v2.9.10. */
async function versionOf(program: string): Promise<readonly [number, number]> {
  const { stdout } = await promisify(execFile)(program, ['-v'])
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(stdout) ?? []
  return [Number(major ?? 0), Number(minor ?? 0)]
}

/**
 * The server's configuration. `accounts` only, never `authorization`: before 2.10.4 the latter let
 * anonymous clients in beside a system account (CVE-2023-47090).
 */
export function natsConfig(
  options: NatsOptions,
  [major, minor]: readonly [number, number],
  generations: Readonly<Record<string, number>> = {},
): string {
  const { dir, port, certs, trustDomain, rights = natsRights } = options
  const syncsAlways = major > 2 || (major === 2 && minor >= 10)
  const users = Object.entries(rights).map(([service, r]) =>
    user(spiffeId(trustDomain, service, generations[service]), r),
  )
  return [
    `listen: "127.0.0.1:${port}"`,
    'server_name: parley',
    'tls {',
    `  cert_file: ${quoted(join(certs, 'server.crt'))}`,
    `  key_file: ${quoted(join(certs, 'server.key'))}`,
    `  ca_file: ${quoted(join(certs, 'ca.crt'))}`,
    '  verify_and_map: true',
    // Only suites of TLS 1.3: no handshake of an older version finds one in common.
    '  cipher_suites: ["TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"]',
    '  timeout: 5',
    '}',
    'jetstream {',
    `  store_dir: ${quoted(join(dir, 'data'))}`,
    '  max_mem: 64MB',
    '  max_file: 16GB',
    ...(syncsAlways ? ['  sync_interval: always'] : []),
    '}',
    'max_payload: 1MB',
    'max_control_line: 4KB',
    'write_deadline: 5s',
    'accounts {',
    '  PARLEY {',
    '    jetstream: enabled',
    '    users: [',
    ...users,
    '    ]',
    '  }',
    '  SYS { users: [] }',
    '}',
    'system_account: SYS',
    '',
  ].join('\n')
}

function user(id: string, rights: NatsRights): string {
  const list = (subjects: readonly string[]): string => `{ allow: [${subjects.map(quoted).join(', ')}] }`
  return [
    `      { user: ${quoted(id)}, permissions: {`,
    `        publish: ${list(rights.publish)}`,
    `        subscribe: ${list(rights.subscribe)}`,
    ...(rights.answers === true ? ['        allow_responses: { max: 1, expires: "10s" }'] : []),
    '      } }',
  ].join('\n')
}

const quoted = (text: string): string => JSON.stringify(text)

// NATS speaks first, in clear: one line that starts with INFO. TLS follows.
function greeting(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (answer: true | undefined): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(2000, () => end(undefined))
    socket.once('error', () => end(undefined))
    socket.once('close', () => resolve(undefined))
    socket.once('data', (chunk: Buffer) =>
      end(chunk.toString('latin1').startsWith('INFO ') ? true : undefined),
    )
  })
}
