import { setTimeout as pause } from 'node:timers/promises'
import type { ApiClient } from '@parley/testkit'
import { nowMs } from './departures.ts'

/** A message that was sent in the background. */
export interface Said {
  readonly content: string
  readonly askedMs: number
  readonly answeredMs: number
}

export interface Talk extends AsyncDisposable {
  /** What was answered with 200 so far. */
  readonly said: readonly Said[]
}

const breathMs = 10

/** These people talk in a channel until the end. */
export function talk(people: readonly ApiClient[], channel: string): Talk {
  const said: Said[] = []
  const over = new AbortController()
  const speak = async (who: ApiClient, voice: number): Promise<void> => {
    for (let n = 0; !over.signal.aborted; n++) {
      const askedMs = nowMs()
      const content = `voice ${voice} number ${n}`
      const fields = { type: 'channel', to: channel, topic: 'noise', content }
      const { status } = await who.post('/messages', fields)
      if (status === 200) said.push({ content, askedMs, answeredMs: nowMs() })
      await pause(breathMs)
    }
  }
  const speaking = people.map(speak)
  return {
    said,
    async [Symbol.asyncDispose]() {
      over.abort()
      await Promise.all(speaking)
    },
  }
}
