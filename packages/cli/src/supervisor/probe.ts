import { readFile } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { spiffeId, spiffeIdOf } from '@parley/crypto'

export interface ProbeTarget {
  port: number
  service: string
  trustDomain: string
  /** The folder with `client.crt`, `client.key` and `ca.crt` of whoever asks. */
  certs: string
}

/** Whether a service says on its internal listener that it is ready. Never throws. */
export async function isReady(target: ProbeTarget): Promise<boolean> {
  const read = (name: string): Promise<string> => readFile(join(target.certs, name), 'utf8')
  const [cert, key, ca] = await Promise.all([read('client.crt'), read('client.key'), read('ca.crt')])
  const wanted = spiffeId(target.trustDomain, target.service)
  return new Promise((resolve) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: target.port,
        path: '/readyz',
        cert,
        key,
        ca,
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
        resolve(answer.statusCode === 200)
      },
    )
    asked.once('timeout', () => asked.destroy())
    asked.once('error', () => resolve(false))
    asked.end()
  })
}
