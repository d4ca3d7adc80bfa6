import { rm, writeFile } from 'node:fs/promises'
import { identityOf } from '../child.ts'
import { Failure } from '../command.ts'
import { openInstallation } from '../installation.ts'
import { serveControl } from './control.ts'
import { createEstate, type EstateOptions } from './estate.ts'
import { lockFolder } from './lock.ts'

export interface SupervisorOptions extends EstateOptions {
  /** Told each step of starting and stopping. */
  progress?: (line: string) => void
}

export interface Supervisor {
  /** Resolves when everything is ready; rejects, and stops, when it cannot be. */
  readonly ready: Promise<void>
  /** Resolves when everything has been stopped. */
  readonly ended: Promise<void>
  /** Stops everything, services first. */
  stop(): Promise<void>
}

/** Starts an installation and keeps it running; undefined when a supervisor has the folder already. */
export async function supervise(options: SupervisorOptions): Promise<Supervisor | undefined> {
  const { installation, progress } = options
  await openInstallation(installation)
  const lock = await lockFolder(installation.dir)
  if (lock === undefined) return undefined
  await rm(installation.failure, { force: true })
  await writeFile(installation.supervisorPid, (await identityOf(process.pid)) ?? '')
  const estate = createEstate(options)
  if (progress !== undefined) estate.listen(progress)
  const ready = Promise.withResolvers<void>()
  // Whoever waits hears it; with nobody waiting it is no unhandled rejection.
  ready.promise.catch(() => {})
  /** Nothing after the first: what fails because all is being stopped is not what whoever waits should look for. */
  let decided = false
  async function fail(error: unknown): Promise<void> {
    if (decided) return
    decided = true
    // Written down too: this process may be gone before everybody who waits has been told.
    await writeFile(installation.failure, error instanceof Error ? error.message : String(error))
    ready.reject(error)
  }
  const ended = Promise.withResolvers<void>()
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => (stopping ??= stopNow())

  const control = await serveControl(installation.control, async (request, tell) => {
    const quiet = estate.listen(tell)
    try {
      if (request.ask === 'down') return await stop()
      if (request.ask !== 'status') await ready.promise
      return await estate.answer(request)
    } finally {
      quiet()
    }
  })
  async function stopNow(): Promise<void> {
    await fail(new Failure('stopped while starting'))
    await estate.stop()
    control.close()
    await lock?.release()
    ended.resolve()
  }

  Promise.race([estate.start(), estate.tooLate()]).then(
    () => {
      decided = true
      ready.resolve()
    },
    async (error: unknown) => {
      await fail(error)
      await stop()
    },
  )
  return { ready: ready.promise, ended: ended.promise, stop }
}
