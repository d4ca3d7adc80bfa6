import { readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { findOrganisation } from '@parley/api'
import { systemClock, systemIds } from '@parley/core'
import { createLinkClient, createMetrics, silentLogger, watchCertificates } from '@parley/kit'
import { trustDomainOf } from '@parley/crypto'
import { z } from 'zod'
import { cpuOf, cpuSince, total } from '../cpu.ts'
import { median } from '../figure.ts'

// Both ends of the link and nothing else: 32 callers that each call again as soon as they are answered. The other end
// is a process of its own, on the same core.
const inFlight = 32
const [warmMs, roundMs, rounds] = [2000, 2000, 3]
const { data } = z.object({ data: z.string() }).parse(JSON.parse(process.argv[2] ?? '{}'))
const trustDomain = trustDomainOf(readFileSync(join(data, 'ca', 'install-id'), 'utf8').trim())
const served = spawn(
  readlinkSync('/proc/self/exe'),
  [join(import.meta.dirname, 'hop-served.ts'), JSON.stringify({ data, trustDomain })],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)
process.once('SIGTERM', () => {
  served.kill('SIGTERM')
  process.exit(0)
})
const line: unknown = (await once(createInterface(served.stdout), 'line'))[0]
const { port } = z.object({ port: z.int() }).parse(JSON.parse(String(line)))
const deps = { clock: systemClock, ids: systemIds, logger: silentLogger, metrics: createMetrics('hop') }
const link = createLinkClient({
  config: { peers: { auth: [{ host: '127.0.0.1', port }] }, trustDomain },
  certificates: watchCertificates(join(data, 'certs', 'gateway'), deps),
  deps,
})

async function round(ms: number): Promise<{ ms: number; rate: number }> {
  const roots = new Map([[process.pid, 'hop']])
  const [before, began] = [cpuOf(roots), performance.now()]
  let done = 0
  const calling = async (): Promise<void> => {
    while (performance.now() - began < ms) {
      await link.call(findOrganisation, { subdomain: 'load' })
      done++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, calling))
  const cpu = total(cpuSince(before, cpuOf(roots)))
  return { ms: (cpu * 1000) / done, rate: (done * 1000) / (performance.now() - began) }
}

await round(warmMs)
const seen = []
for (let i = 0; i < rounds; i++) seen.push(await round(roundMs))
const result = { ms: median(seen.map((r) => r.ms)), rate: median(seen.map((r) => r.rate)) }
process.stdout.write(`${JSON.stringify(result)}\n`)
