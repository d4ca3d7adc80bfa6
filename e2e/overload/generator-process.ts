import { connection, type Connection, requestOf } from './connection.ts'
import type { Job, Result } from './generator.ts'

// A process of its own, so that the load and what is measured in the test's process do not share a loop.

const kinds = ['send', 'me', 'channels', 'history'] as const

/** The `n`th request of a job; sends are numbered. */
function request(job: Job, n: number): { readonly kind: (typeof kinds)[number]; readonly bytes: string } {
  const headers = {
    host: job.host,
    'user-agent': 'ParleyTest/1.0',
    authorization: job.authorizations[n % job.authorizations.length] ?? '',
  }
  const kind = job.mixed ? (kinds[n % kinds.length] ?? 'send') : 'send'
  switch (kind) {
    case 'send': {
      const fields = { type: 'channel', to: job.channel, topic: 'load', content: `${job.name} ${n}` }
      return { kind, bytes: requestOf('POST', '/messages', headers, fields) }
    }
    case 'me':
      return { kind, bytes: requestOf('GET', '/users/me', headers) }
    case 'channels':
      return { kind, bytes: requestOf('GET', '/streams', headers) }
    case 'history': {
      const fields = { anchor: 'newest', num_before: '2', num_after: '0' }
      return { kind, bytes: requestOf('GET', '/messages', headers, fields) }
    }
  }
}

async function work(job: Job, stopped: () => boolean): Promise<Result> {
  const began = performance.now()
  const result = {
    offered: 0,
    skipped: 0,
    statuses: {} as Record<string, number>,
    faults: {} as Record<string, number>,
    withoutRetryAfter: 0,
    acknowledged: [] as number[],
    slowestMs: 0,
    ms: 0,
  }
  const one = async (on: Connection): Promise<void> => {
    const n = result.offered++
    const { kind, bytes } = request(job, n)
    const at = performance.now()
    try {
      const { status, retryAfter } = await on.ask(bytes)
      const counted = `${kind} ${status}`
      result.statuses[counted] = (result.statuses[counted] ?? 0) + 1
      if (status === 200 && kind === 'send') result.acknowledged.push(n)
      if ((status === 429 || status === 503) && !(Number(retryAfter) > 0)) result.withoutRetryAfter++
    } catch (error) {
      const counted = `${kind} ${error instanceof Error ? error.message : ''}`
      result.faults[counted] = (result.faults[counted] ?? 0) + 1
    }
    result.slowestMs = Math.max(result.slowestMs, performance.now() - at)
  }
  const over = (): boolean => stopped() || (job.ms !== null && performance.now() - began >= job.ms)
  const all = Array.from({ length: job.connections }, () => connection(job.target))
  if (job.rate === null) {
    // Closed: each asks again when it is answered.
    await Promise.all(
      all.map(async (on) => {
        while (!over()) await one(on)
      }),
    )
  } else {
    // Open: so many a second, whether the ones before are answered or not, for as long as a connection is free.
    const free = [...all]
    const busy = new Set<Promise<void>>()
    let due = 0
    while (!over()) {
      for (; due < ((performance.now() - began) / 1000) * job.rate; due++) {
        const on = free.pop()
        if (!on) {
          result.skipped++
          continue
        }
        const asked = one(on).finally(() => {
          free.push(on)
          busy.delete(asked)
        })
        busy.add(asked)
      }
      await new Promise((next) => setTimeout(next, 5))
    }
    result.ms = performance.now() - began
    await Promise.all(busy)
  }
  result.ms ||= performance.now() - began
  for (const on of all) on[Symbol.dispose]()
  return result
}

let stopping = false
process.on('message', (message: Job | 'stop') => {
  if (message === 'stop') {
    stopping = true
    return
  }
  stopping = false
  void work(message, () => stopping).then((result) => process.send?.(result))
})
process.on('disconnect', () => process.exit())
