import { execFile } from 'node:child_process'
import { access, readFile, rename, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { answering, endLeftover, launch, systemPath } from '../child.ts'
import { Failure } from '../command.ts'
import { databaseRoles } from '../identities.ts'
import type { Daemon, DaemonOptions } from './daemon.ts'
import { hbaConfig, identConfig, postgresConfig } from './postgres-config.ts'
import {
  postgresHome,
  postgresUser,
  readableDir,
  socketDirOf,
  writableDir,
  writeReadable,
  type SystemUser,
} from './postgres-user.ts'
import { need } from './programs.ts'

export interface PostgresOptions extends DaemonOptions {
  maxConnections?: number
  /** Further settings of postgresql.conf. */
  settings?: Readonly<Record<string, string>>
}

export interface Postgres extends Daemon {
  /** Where the superuser `postgres` connects without TLS: for whoever started the instance only. */
  readonly admin: { host: string; port: number; user: string }
  /** Runs a file of SQL as the superuser; `variables` are psql's. Rejects on the first error. */
  runFile(path: string, database: string, variables?: Readonly<Record<string, string>>): Promise<string>
  /** Ends the sessions that stand on certificates of these serial numbers, hex. */
  endSessions(serials: readonly string[]): Promise<void>
}

const environment = { PATH: systemPath, LANG: 'C.UTF-8', TZ: 'UTC' }
const run = promisify(execFile)

/** Starts a private Postgres, making its data folder first when there is none; resolves when it answers. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const bin = await need('postgres')
  const user = await postgresUser()
  const home = await postgresHome(options.dir, user)
  const data = join(home, 'data')
  const pidFile = join(options.dir, 'postgres.pid')
  await endLeftover(pidFile, 'SIGINT')
  await createCluster(bin, home, data, user)
  const conf = await readableDir(join(home, 'conf'), user)
  await copyCertificates(options.certs, conf, user)
  const socketDir = await socketDirOf(home, user)
  const { port, maxConnections = 200, settings = {} } = options
  const write = (name: string, content: string): Promise<void> =>
    writeReadable(join(conf, name), content, user)
  const sharedMemory = await sharedMemoryOf(data)
  const config = { port, socketDir, conf, maxConnections, sharedMemory, settings }
  await write('postgresql.conf', postgresConfig(config))
  await write('pg_hba.conf', hbaConfig())
  await write('pg_ident.conf', identConfig([...new Set([userInfo().username, 'postgres'])]))

  const child = await launch({
    name: 'postgres',
    command: join(bin, 'postgres'),
    args: ['-D', data, '-c', `config_file=${join(conf, 'postgresql.conf')}`],
    env: environment,
    cwd: home,
    user,
    pidFile,
    stopSignal: 'SIGINT',
    onOutput: options.onOutput,
  })
  await answering(child, 'Postgres to be ready', () => ready(data, child.pid))
  const runFile: Postgres['runFile'] = async (path, database, variables = {}) => {
    const set = Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`])
    const target = ['-h', socketDir, '-p', String(port), '-U', 'postgres', '-d', database]
    const { stdout } = await run(
      join(bin, 'psql'),
      [...target, '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', ...set, '-f', path],
      { env: environment },
    )
    return stdout
  }
  return Object.assign(child, {
    port,
    admin: { host: socketDir, port, user: 'postgres' },
    runFile,
    async endSessions(serials: readonly string[]) {
      const decimal = serials.map((serial) => BigInt(`0x${serial}`).toString()).join(',')
      await runFile(terminate, 'postgres', { serials: decimal })
    },
    async reload() {
      await copyCertificates(options.certs, conf, user)
      child.signal('SIGHUP')
    },
  })
}

async function createCluster(
  bin: string,
  home: string,
  data: string,
  user: SystemUser | undefined,
): Promise<void> {
  if (await exists(join(data, 'PG_VERSION'))) return
  // Made beside and renamed, so that an interrupted initdb leaves nothing that looks like a cluster.
  const part = `${data}.new`
  await rm(part, { recursive: true, force: true })
  await writableDir(part, user)
  const args = [
    '-D',
    part,
    '-U',
    'postgres',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--data-checksums',
    '-A',
    'reject',
  ]
  try {
    await run(join(bin, 'initdb'), args, { cwd: home, env: environment, ...user })
  } catch (error) {
    throw new Failure(`initdb failed: ${error instanceof Error ? error.message : String(error)}`)
  }
  await rename(part, data)
}

// Postgres wants its key to be its own and closed to others, whoever made the certificate.
async function copyCertificates(from: string, to: string, user: SystemUser | undefined): Promise<void> {
  for (const name of ['server.key', 'server.crt', 'ca.crl', 'ca.crt']) {
    await writeReadable(join(to, name), await readFile(join(from, name), 'utf8'), user)
  }
}

/** What initdb wrote into the configuration that it made and that is not used otherwise. */
async function sharedMemoryOf(data: string): Promise<string> {
  const text = await readFile(join(data, 'postgresql.conf'), 'utf8')
  return /^dynamic_shared_memory_type\s*=\s*(\w+)/m.exec(text)?.[1] ?? 'posix'
}

/** The eighth line of postmaster.pid says how far the server of the first line is. */
async function ready(data: string, pid: number): Promise<true | undefined> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready' ? true : undefined
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const infra = join(import.meta.dirname, '../../../../infra/postgres')
const bootstrap = join(infra, 'bootstrap.sql')
const terminate = join(infra, 'terminate.sql')

/** Makes every role and one database that `parley_owner` owns, where they are missing. */
export async function bootstrapDatabase(postgres: Postgres, database: string): Promise<void> {
  await postgres.runFile(bootstrap, 'postgres', { database, roles: databaseRoles.join(',') })
}
