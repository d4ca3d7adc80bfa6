import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from './command.ts'

/** What a child is started as. Its environment is exactly `env`: nothing is inherited. */
export interface Launch {
  name: string
  command: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  cwd: string
  /** Run as this system user; only root may ask for it. */
  user?: { uid: number; gid: number } | undefined
  /** Remembers the child, so that the next start can end one that outlived its supervisor. */
  pidFile: string
  /** The signal that makes it finish its work and leave. */
  stopSignal: 'SIGTERM' | 'SIGINT'
  /** The signal it gets when this process dies, where that is another one. */
  orphanSignal?: 'SIGKILL'
  /** Receives what the child writes to stdout and stderr. */
  onOutput?: ((chunk: Buffer) => void) | undefined
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface Child {
  readonly name: string
  readonly pid: number
  readonly exited: Promise<Ended>
  /** The last of what it wrote, for error messages. */
  tail(): string
  signal(signal: NodeJS.Signals): void
  /** Asks it to leave and kills it after `graceMs`; resolves when it is gone. */
  stop(graceMs?: number): Promise<Ended>
}

/** Where system programs are; a child's PATH never depends on the caller's. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const setpriv = '/usr/bin/setpriv'
const tailBytes = 4096

/** Starts a child that ends with this process, even when this one is killed (where setpriv is there). */
export async function launch(options: Launch): Promise<Child> {
  await endLeftover(options.pidFile, options.stopSignal)
  const bound = existsSync(setpriv)
  const process = spawn(
    bound ? setpriv : options.command,
    bound
      ? [
          '--pdeathsig',
          (options.orphanSignal ?? options.stopSignal).slice(3),
          options.command,
          ...options.args,
        ]
      : options.args,
    {
      cwd: options.cwd,
      env: options.env,
      // In a group of its own: a terminal's Ctrl-C reaches the supervisor, which stops all in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.user === undefined ? {} : options.user),
    },
  )
  let tail = Buffer.alloc(0)
  const onOutput = (chunk: Buffer): void => {
    tail = Buffer.concat([tail, chunk]).subarray(-tailBytes)
    options.onOutput?.(chunk)
  }
  process.stdout.on('data', onOutput)
  process.stderr.on('data', onOutput)
  const exited = new Promise<Ended>((resolve) => {
    process.once('close', (code, signal) => resolve({ code, signal }))
  })
  const { pid } = process
  if (pid === undefined) {
    const reason = await new Promise<Error>((resolve) => process.once('error', resolve))
    throw new Failure(`${options.name} could not be started: ${reason.message}`, { cause: reason })
  }
  const identity = await identityOf(pid)
  const signal = (name: NodeJS.Signals): void => {
    process.kill(name)
  }
  if (identity !== undefined)
    await writeFile(options.pidFile, identity).catch((error: unknown) => {
      // As on a full disk. It ends with this one all the same; where it would not, nobody could find it again.
      if (bound) return
      signal('SIGKILL')
      throw error
    })
  return {
    name: options.name,
    pid,
    exited,
    tail: () => tail.toString('utf8'),
    signal,
    async stop(graceMs = 20_000) {
      signal(options.stopSignal)
      const kill = setTimeout(() => signal('SIGKILL'), graceMs)
      const ended = await exited
      clearTimeout(kill)
      await rm(options.pidFile, { force: true })
      return ended
    },
  }
}

/**
 * `pid start boot`: names one process for ever, so that a number that was given to another one is not
 * mistaken for it. Undefined when there is no such process.
 */
export async function identityOf(pid: number): Promise<string | undefined> {
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ])
    // The second field is the program's name in parentheses and may hold spaces; state is the third.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : `${pid} ${fields[19]} ${boot.trim()}`
  } catch {
    return undefined
  }
}

/** The process that a pid file names, when it still runs. */
export async function survivor(pidFile: string): Promise<number | undefined> {
  const written = await readFile(pidFile, 'utf8').catch(() => '')
  const pid = Number.parseInt(written, 10)
  return pid > 0 && (await identityOf(pid)) === written ? pid : undefined
}

/** Waits until the process that a pid file names has gone; false where it has not in `timeoutMs`. */
export async function gone(pidFile: string, timeoutMs: number): Promise<boolean> {
  const deadline = AbortSignal.timeout(timeoutMs)
  while ((await survivor(pidFile)) !== undefined) {
    if (deadline.aborted) return false
    await delay(50)
  }
  return true
}

/** Ends what an earlier run left behind, and waits until it is gone. */
export async function endLeftover(
  pidFile: string,
  stopSignal: NodeJS.Signals,
  graceMs = 20_000,
): Promise<void> {
  const pid = await survivor(pidFile)
  if (pid === undefined) return
  process.kill(pid, stopSignal)
  const kill = setTimeout(() => process.kill(pid, 'SIGKILL'), graceMs)
  const ended = await gone(pidFile, graceMs + 5000)
  clearTimeout(kill)
  if (!ended) throw new Failure(`process ${pid} of an earlier run does not end`)
}

/** Probes until there is an answer; throws when there is none in time, or when the child ends before. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  { timeoutMs, everyMs = 50, child }: { timeoutMs: number; everyMs?: number; child?: Child },
): Promise<T> {
  const deadline = AbortSignal.timeout(timeoutMs)
  let ended: Ended | undefined
  void child?.exited.then((e) => (ended = e))
  for (;;) {
    const answer = await probe()
    if (answer !== undefined) return answer
    if (ended !== undefined) {
      throw new Failure(
        `${child?.name} ended (${ended.signal ?? `code ${ended.code}`}) while waiting for ${what}:\n${child?.tail()}`,
      )
    }
    if (deadline.aborted) {
      throw new Failure(`waited ${timeoutMs / 1000} s in vain for ${what}\n${child?.tail() ?? ''}`.trimEnd())
    }
    await delay(everyMs)
  }
}

/** Waits until a child that was just started answers; where it does not, it is not left running. */
export async function answering(
  child: Child,
  what: string,
  probe: () => Promise<true | undefined>,
): Promise<void> {
  try {
    await until(what, probe, { timeoutMs: 60_000, child })
  } catch (error) {
    await child.stop(5000)
    throw error
  }
}
