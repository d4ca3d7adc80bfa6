import { type Bench, startMeasuree } from '../bench.ts'
import { head, openLoop } from '../closed-loop.ts'
import { atMost, type Measured, timesLimit } from '../figure.ts'
import { inTurn } from '../rounds.ts'
import { costTable } from '../tables.ts'

const connections = 32

/** An authenticated `GET /users/me`, beside bare Fastify over TLS with the same SQL through bare pg. */
export async function request(bench: Bench): Promise<Measured> {
  await using measuree = await startMeasuree(bench)
  const { scene, ca, port, roots, product } = measuree
  const { host, hostname } = new URL(scene.org.url)
  const { owner } = scene.org
  const authorization = `Basic ${Buffer.from(`${owner.email}:${owner.api_key}`).toString('base64')}`
  const postgres = product.state().processes.find(({ name }) => name === 'postgres')?.port ?? 0
  const sql = { org: scene.org.org_id, user: owner.user_id, port: postgres }
  await using limit = await measuree.limit('fastify', { sql })
  const loop = (at: number, path: string) => {
    const bytes = head('GET', path, host, { authorization })
    return openLoop({ port: at, ca, servername: hostname, connections, request: () => bytes })
  }
  using ours = loop(port, '/api/v1/users/me')
  using bare = loop(limit.port, '/sql')
  using edge = loop(limit.port, '/api/v1/users/me')
  bench.progress('measuring')
  const cost = await inTurn({
    fastify: { loop: edge, roots: limit.roots },
    limit: { loop: bare, roots: limit.roots },
    product: { loop: ours, roots },
  })
  if (cost.product.failed > 0) throw new Error(`${cost.product.failed} requests were not answered 200`)
  bench.progress('measuring the hop')
  await using hop = await measuree.limit('hop-calling')
  return {
    figures: [
      timesLimit('request', cost.product.ms, cost.limit.ms, 'ms CPU per request', 2.5),
      atMost('request.hop', hop.ms, 'ms CPU per call', 0.08),
    ],
    tables: [
      costTable('`GET /users/me`, 32 connections', {
        'bare Fastify over TLS': cost.fastify,
        'limit: the same with its SQL through bare pg': cost.limit,
        Parley: cost.product,
      }),
    ],
  }
}
