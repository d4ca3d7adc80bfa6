import { join } from 'node:path'
import type { Clock } from '@parley/core'
import { openLogFile, type LogFile } from './log-file.ts'

/** What the supervisor says, to its log and to who listens, and the logs of what it runs. */
export interface Voice {
  readonly logOf: (name: string) => LogFile
  readonly say: (line: string) => void
  /** Hears every line, those of the starting or stopping that is going on first; the result ends it. */
  readonly listen: (listener: (line: string) => void) => () => void
  /** All has started: whoever asks from now on hears only of what comes. */
  settle(): void
  /** Whoever comes from now on is told what has been said since. */
  begin(): void
  close(): void
}

/** @param folder where the logs are */
export function createVoice(folder: string, clock: Pick<Clock, 'now'>): Voice {
  const logs = new Map<string, LogFile>()
  const listeners = new Set<(line: string) => void>()
  const past: string[] = []
  let settled = false
  const logOf = (name: string): LogFile => {
    const open = logs.get(name) ?? openLogFile(join(folder, `${name}.log`))
    logs.set(name, open)
    return open
  }
  return {
    logOf,
    say(line) {
      logOf('supervisor').write(`${new Date(clock.now()).toISOString()} ${line}\n`)
      if (!settled) past.push(line)
      for (const listener of listeners) listener(line)
    },
    listen(listener) {
      for (const line of past) listener(line)
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    settle() {
      settled = true
      past.length = 0
    },
    begin() {
      settled = false
      past.length = 0
    },
    close() {
      for (const log of logs.values()) log.close()
      logs.clear()
    },
  }
}
