import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { z } from 'zod'

/** One queue and who reads it. */
export interface Member {
  readonly authorization: string
  readonly queueId: string
  readonly lastEventId: number
}

/** Where a crowd connects: members take the addresses in turn, and come from as many addresses of their own. */
export interface Gathering {
  readonly members: readonly Member[]
  readonly addresses: readonly string[]
  readonly port: number
  readonly host: string
  readonly ca: string
  readonly servername: string
}

const Standing = z.object({
  /** Sockets open now. */
  open: z.int(),
  /** Connections lost so far, and attempts that came to nothing: each was made again after a moment. */
  lost: z.int(),
  failed: z.int(),
  /** Codes that sockets ended with, and how often. */
  codes: z.record(z.string(), z.int()),
  /** Members who have seen a message, by its content. */
  seen: z.record(z.string(), z.int()),
  /** Messages that came twice or out of order. */
  wrong: z.int(),
})
export type Standing = z.infer<typeof Standing>

/** A process full of clients that each keep one socket open, and do nothing else. */
export interface Crowd extends AsyncDisposable {
  standing(): Promise<Standing>
  /** Cuts every connection at the same moment; all come back. */
  drop(): void
}

export function startCrowd(gathering: Gathering): Crowd {
  const child = fork(join(import.meta.dirname, 'crowd-process.ts'), {
    serialization: 'advanced',
    execArgv: [],
  })
  child.send(gathering)
  return {
    async standing() {
      const answer = once(child, 'message')
      child.send('standing')
      const [standing] = (await answer) as unknown[]
      return Standing.parse(standing)
    },
    drop: () => void child.send('drop'),
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}
