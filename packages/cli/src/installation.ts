import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { writeAtomically } from '@parley/crypto'
import { z } from 'zod'
import { Failure } from './command.ts'

/** The checkout that this command belongs to. */
export const checkout = resolve(import.meta.dirname, '../../..')

/** An installation's folder and what is where in it. */
export interface Installation {
  dir: string
  /** Written before anything else, so that a folder is known as an installation's however far a start comes. */
  mark: string
  /** What a program needs to know: see `RunFile`. */
  run: string
  settings: string
  ports: string
  detours: string
  demo: string
  check: string
  control: string
  /** Why the last start failed, in words for the operator; absent when it did not. */
  failure: string
  logs: string
  pids: string
  cache: string
  supervisorPid: string
}

/** The installation that `--data` names; by default `.parley` in the checkout. */
export function installationAt(data: string | undefined): Installation {
  const dir = data === undefined ? join(checkout, '.parley') : resolve(data)
  const at = (name: string): string => join(dir, name)
  return {
    dir,
    mark: at('parley'),
    run: at('run.json'),
    settings: at('settings.json'),
    ports: at('ports.json'),
    detours: at('detours.json'),
    demo: at('demo.json'),
    check: at('check.json'),
    control: at('control/socket'),
    failure: at('control/failure'),
    logs: at('logs'),
    pids: at('pids'),
    cache: at('cache'),
    supervisorPid: at('pids/supervisor.pid'),
  }
}

/**
 * Makes the folders. Others may pass through the outer one (Postgres may run as another user), not look.
 * @throws Failure for a folder that cannot be made, or that something else lives in
 */
export async function openInstallation({
  dir,
  mark,
  settings,
  logs,
  pids,
  cache,
  control,
}: Installation): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o711 }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new Failure(`${dir} cannot be the installation's folder (${why}): choose another with --data`)
  })
  const inside = await readdir(dir)
  // A disk of its own has one folder from the start.
  const isEmpty = inside.every((name) => name === 'lost+found')
  if (!isEmpty && !inside.includes(basename(mark)) && !(await isOlder(inside, settings)))
    throw new Failure(`${dir} has other things in it: choose an empty folder with --data`)
  await writeFile(mark, 'An installation of Parley lives in this folder.\n', { mode: 0o600 })
  await chmod(dir, 0o711)
  for (const inner of [logs, pids, cache, dirname(control)])
    await mkdir(inner, { recursive: true, mode: 0o700 })
}

/** Was it made when installations had no mark? */
const isOlder = async (inside: readonly string[], settings: string): Promise<boolean> =>
  inside.includes('pids') && (await readDocument(settings, Settings).catch(() => undefined)) !== undefined

/** What an operator chose; kept for the next start. */
export const Settings = z.object({
  port: z.int(),
  gateways: z.int(),
  /** Subdomains of localhost that the public certificate names. */
  hosts: z.array(z.string()),
})
export type Settings = z.infer<typeof Settings>

const Account = z.looseObject({
  full_name: z.string(),
  email: z.string(),
  password: z.string(),
  api_key: z.string(),
  user_id: z.int(),
})
export const Demo = z.object({
  url: z.string(),
  owner: Account,
  users: z.array(Account),
  channels: z.array(z.object({ name: z.string(), stream_id: z.int() })),
})
export type Demo = z.infer<typeof Demo>

/** DIR/run.json: what runs now. Written anew whenever it changes. */
export const RunFile = z.object({
  url: z.string(),
  ca: z.string(),
  data: z.string(),
  processes: z.array(
    z.object({ name: z.string(), pid: z.int(), port: z.int().nullable(), address: z.string().nullable() }),
  ),
  demo: Demo.optional(),
})
export type RunFile = z.infer<typeof RunFile>

/** Reads and checks one of an installation's files; undefined when it is not there. */
export async function readDocument<S extends z.ZodType>(
  path: string,
  schema: S,
): Promise<z.infer<S> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    throw new Failure(`${path} is damaged: restore it or delete it`)
  }
}

/** Writes one, readable by its owner only: some hold passwords. */
export const writeDocument = (path: string, value: unknown): Promise<void> =>
  writeAtomically(path, `${JSON.stringify(value, null, 2)}\n`, 0o600)
