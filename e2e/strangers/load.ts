import { setImmediate } from 'node:timers/promises'
import type { ApiClient } from '@parley/testkit'

/** Requests one after the other from several clients, until told to stop. @returns what was no 200, and how many were */
export function load(clients: readonly ApiClient[], user: number) {
  const stop = new AbortController()
  const failed: string[] = []
  let answered = 0
  const running = clients.map(async (client) => {
    while (!stop.signal.aborted) {
      const answers = [
        await client.get('/users/me'),
        await client.post('/messages', { type: 'direct', to: [user], content: 'on and on' }),
      ]
      for (const { status, body } of answers)
        if (status === 200) answered++
        else failed.push(`${status} ${JSON.stringify(body)}`)
      await setImmediate()
    }
  })
  return async (): Promise<{ answered: number; failed: string[] }> => {
    stop.abort()
    await Promise.all(running)
    return { answered, failed }
  }
}
