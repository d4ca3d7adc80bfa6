import { request } from 'node:https'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { spiffeId, spiffeIdOf } from '@parley/crypto'
import { readMaterial } from '../material.ts'

export interface ProbeTarget {
  port: number
  service: string
  /** Who has to answer, where another process may listen on the same port. */
  pid?: number
  trustDomain: string
  /** The folder with `client.crt`, `client.key` and `ca.crt` of whoever asks. */
  certs: string
}

/** Whether a service says on its internal listener that it is ready. Never throws. */
export async function isReady(target: ProbeTarget): Promise<boolean> {
  const material = await readMaterial(target.certs)
  const wanted = spiffeId(target.trustDomain, target.service)
  return new Promise((resolve) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: target.port,
        path: '/readyz',
        ...material,
        minVersion: 'TLSv1.3',
        agent: false,
        timeout: 3000,
        // Every certificate here says localhost: only the SPIFFE id tells one service from another.
        checkServerIdentity: (host: string, peer: PeerCertificate) =>
          checkServerIdentity(host, peer) ??
          (spiffeIdOf(peer.subjectaltname) === wanted ? undefined : new Error('another service')),
      },
      (answer) => {
        answer.resume()
        const right = target.pid === undefined || answer.headers['x-pid'] === String(target.pid)
        resolve(answer.statusCode === 200 && right)
      },
    )
    asked.once('timeout', () => asked.destroy())
    asked.once('error', () => resolve(false))
    asked.end()
  })
}
