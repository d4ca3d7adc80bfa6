import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as api from '@parley/api'
import { type Call, type Caller, type Operation, operations } from '@parley/api'
import type { Pair } from '@parley/crypto'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { Product } from '../product.ts'
import { pairOf, read } from './certificates.ts'

const callers: readonly Caller[] = [
  'gateway',
  'auth',
  'streams',
  'messaging',
  'uploads',
  'audit',
  'relay',
  'cli',
]
const isCall = (value: unknown): value is Call =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'call'
const declared: readonly (Call | Operation)[] = [
  ...Object.values<unknown>(api).filter(isCall),
  // The gateway's own are answered at its edge and stand on no link.
  ...operations.filter(({ service }) => service !== 'gateway'),
]

const nothing = {
  raw: { path: {}, fields: {} },
  request: { org: 1, url: 'https://localhost', client: 'stranger', ip: '127.0.0.1' },
}
const Answer = z.object({
  id: z.int(),
  t: z.string(),
  code: z.string().optional(),
  msg: z.string().optional(),
})
const Ports = z.record(z.string(), z.int())

interface Link extends Disposable {
  ask(frame: Record<string, unknown>): Promise<z.infer<typeof Answer>>
}

/** A bare link with somebody's certificate. */
async function link(port: number, ca: string, pair: Pair): Promise<Link> {
  const ws = new WebSocket(`wss://127.0.0.1:${port}/link`, {
    ...pair,
    ca,
    minVersion: 'TLSv1.3',
    perMessageDeflate: false,
  })
  await once(ws, 'open')
  const waiting = new Map<number, (answer: z.infer<typeof Answer>) => void>()
  ws.on('message', (data: Buffer) => {
    const answer = Answer.safeParse(JSON.parse(data.toString('utf8'))).data
    if (answer) waiting.get(answer.id)?.(answer)
  })
  ws.setMaxListeners(0)
  let id = 0
  return {
    ask(frame) {
      const { promise, resolve } = Promise.withResolvers<z.infer<typeof Answer>>()
      waiting.set(++id, resolve)
      ws.once('close', () => resolve({ id, t: 'closed' }))
      ws.send(JSON.stringify({ id, ms: 10_000, req: 'stranger', ...frame }))
      return promise
    },
    [Symbol.dispose]: () => ws.terminate(),
  }
}

export function testCallers(at: () => Product): void {
  describe('every operation and call', () => {
    test('M-06 is answered to the callers on its list and refused to every other service', async () => {
      const ports = Ports.parse(JSON.parse(readFileSync(join(at().data, 'ports.json'), 'utf8')))
      const ca = read(at().data, 'certs/cli/ca.crt')
      const wrong: string[] = []
      let allowed = 0
      let refused = 0
      for (const caller of callers)
        for (const service of new Set(declared.map((one) => one.service))) {
          using to = await link(ports[`${service}-1`] ?? 0, ca, pairOf(at().data, caller))
          for (const one of declared.filter((d) => d.service === service)) {
            // Without a token and with nothing as input: refused later by whoever may call, and nothing is done.
            const frame = one.kind === 'call' ? { t: 'call', in: null } : { t: 'op', in: nothing }
            const answer = await to.ask({ ...frame, op: one.id })
            const kept = answer.t === 'err' && answer.msg === 'This caller may not make this call'
            if (kept) refused++
            else allowed++
            if (kept === one.callers.includes(caller) || answer.t === 'closed')
              wrong.push(`${caller} > ${one.id}: ${JSON.stringify(answer)}`)
          }
        }
      expect(wrong).toEqual([])
      expect(allowed).toBeGreaterThanOrEqual(declared.length)
      expect(refused).toBeGreaterThan(5 * declared.length)
    })

    test('M-06 a name that calls nobody opens no link', async () => {
      const ports = Ports.parse(JSON.parse(readFileSync(join(at().data, 'ports.json'), 'utf8')))
      const ca = read(at().data, 'certs/cli/ca.crt')
      // The owner of the database migrates and has a certificate for that alone.
      await expect(link(ports['auth-1'] ?? 0, ca, pairOf(at().data, 'owner'))).rejects.toThrow('403')
    })
  })
}
