import { Worker } from 'node:worker_threads'
import type { Made, Part } from './part.ts'

/** Calls back after the milliseconds, unless what it returns is called before. */
export type After = (ms: number, fn: () => void) => () => void

/** A thread beside the main one that makes HTML of parts, of one message at a time. */
export interface Hand {
  /** Has it ended, by itself or for what it was to do took too long? */
  readonly isGone: boolean
  /** Null where it did not in time, and is gone therefore, or has gone meanwhile. */
  make(parts: readonly Part[]): Promise<Made | null>
  end(): Promise<void>
}

export interface HandOptions {
  /** Starts a thread that does as `thread.ts`. */
  readonly start: () => Worker
  readonly after: After
  /** How long it may take to start, and for one message, in milliseconds. */
  readonly startMs: number
  readonly workMs: number
}

/** It needs no environment, writes nothing that anybody reads, and what takes too much memory ends it alone. */
export const startThread = (): Worker =>
  new Worker(new URL('./thread.ts', import.meta.url), {
    name: 'typesetting',
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 },
  })

/** Starts one. @returns once it is ready; null where it does not get so far */
export async function openHand({ start, after, startMs, workMs }: HandOptions): Promise<Hand | null> {
  const thread = started(start)
  if (!thread) return null
  let isGone = false
  let told: (answer: unknown) => void = () => {}
  const end = async (): Promise<void> => {
    isGone = true
    told(null)
    await thread.terminate()
  }
  // The process may end without it.
  thread.unref()
  // What it says of an error may hold what somebody wrote.
  thread.on('error', () => void end())
  thread.on('exit', () => void end())
  thread.on('message', (answer: unknown) => told(answer))
  thread.stdout.resume()
  thread.stderr.resume()
  const answered = async (ms: number): Promise<unknown> =>
    new Promise((resolve) => {
      const stop = after(ms, () => void end())
      told = (answer) => {
        stop()
        resolve(answer)
      }
    })
  if ((await answered(startMs)) === null) return null
  return {
    get isGone() {
      return isGone
    },
    async make(parts) {
      const answer = answered(workMs)
      thread.postMessage(parts, [])
      const made = await answer
      if (isMade(made, parts)) return made
      await end()
      return null
    },
    end,
  }
}

function started(start: () => Worker): Worker | null {
  try {
    return start()
  } catch {
    // No memory, or no more threads.
    return null
  }
}

const isMade = (made: unknown, { length }: readonly Part[]): made is Made =>
  Array.isArray(made) &&
  made.length === length &&
  made.every((html: unknown) => html === null || typeof html === 'string')
