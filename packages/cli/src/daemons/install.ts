import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemPath } from '../child.ts'
import { Failure } from '../command.ts'
import { checkout } from '../installation.ts'
import { installed, type Programs } from './programs.ts'

/** The packages of Debian and Ubuntu that bring each program. */
const packages = {
  postgres: 'postgresql',
  nats: 'nats-server',
  redis: 'redis-server',
} as const satisfies Record<keyof Programs, string>

const script = join(checkout, 'infra', 'daemons', 'install.sh')
const env = { PATH: systemPath, LANG: 'C.UTF-8' }

/** The packages that are missing here. */
export async function missingPackages(): Promise<string[]> {
  const programs = await installed()
  return (['postgres', 'nats', 'redis'] as const)
    .filter((name) => programs[name] === undefined)
    .map((name) => packages[name])
}

/** What there is to install packages with. */
export interface Means {
  readonly apt: boolean
  readonly root: boolean
  /** Without being asked for a password. */
  readonly sudo: boolean
}

/** The command that installs packages. Throws Failure that says what to install by hand when there is none. */
export function installing(packages: readonly string[], means: Means): readonly [string, ...string[]] {
  const names = packages.join(' ')
  if (!means.apt)
    throw new Failure(`${names} are missing, and this is no Debian or Ubuntu: install them by hand`)
  if (means.root) return ['sh', script, ...packages]
  if (means.sudo) return ['sudo', '-n', 'sh', script, ...packages]
  throw new Failure(`${names} are missing; ${byHand(packages)}`)
}

const byHand = (packages: readonly string[]): string =>
  `install them as root: apt-get install ${packages.join(' ')}`

/**
 * Installs what is missing of Postgres, NATS and Redis. Needs root, or sudo without a password, only then.
 * Throws Failure that says what to install when it may not, or when it cannot.
 */
export async function installMissing(progress: (line: string) => void): Promise<void> {
  const missing = await missingPackages()
  if (missing.length === 0) return
  const root = process.getuid?.() === 0
  const [apt, sudo] = await Promise.all([
    succeeds('apt-get', ['--version']),
    succeeds('sudo', ['-n', 'true']),
  ])
  const [command, ...args] = installing(missing, { apt, root, sudo })
  progress(`installing with apt-get: ${missing.join(' ')}`)
  await runQuietly(command, args)
  const still = await missingPackages()
  if (still.length > 0) throw new Failure(`apt-get did not bring ${still.join(' ')}; ${byHand(still)}`)
}

const succeeds = (command: string, args: string[]): Promise<boolean> =>
  promisify(execFile)(command, args, { env }).then(
    () => true,
    () => false,
  )

/** Says nothing unless it fails: then Failure with the last of what the program wrote. */
export function runQuietly(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    const hear = (chunk: Buffer): void => {
      said = (said + chunk.toString('utf8')).slice(-4000)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('error', (error) => reject(new Failure(`${command}: ${error.message}`)))
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new Failure(`the packages could not be installed:\n${said.trim()}`))
    })
  })
}
