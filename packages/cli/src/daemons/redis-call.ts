import { readFile } from 'node:fs/promises'
import { checkServerIdentity, connect, type PeerCertificate } from 'node:tls'
import { factsOf, parseSpiffeId, spiffeId, spiffeIdOf } from '@parley/crypto'
import { Failure } from '../command.ts'
import { readMaterial } from '../material.ts'

export interface RedisTarget {
  port: number
  /** The folder with `client.crt`, `client.key` and `ca.crt`. */
  certs: string
  user: string
  passwordFile: string
}

/** One command on a connection of its own; simple answers only. For the supervisor, not for services. */
export async function redisCall(target: RedisTarget, command: readonly string[]): Promise<string> {
  const [material, password] = await Promise.all([
    readMaterial(target.certs),
    readFile(target.passwordFile, 'utf8'),
  ])
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port: target.port,
      ...material,
      minVersion: 'TLSv1.3',
      checkServerIdentity: (host, peer) =>
        checkServerIdentity(host, peer) ?? otherThanRedis(peer, material.cert),
    })
    let text = ''
    const fail = (reason: string): void => {
      socket.destroy()
      reject(new Failure(`Redis: ${reason}`))
    }
    socket.setTimeout(5000, () => fail('no answer'))
    socket.once('error', (error: Error) => fail(error.message))
    socket.once('close', () => fail('closed the connection'))
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      const [signIn, answer, ...rest] = text.split('\r\n')
      if (signIn?.startsWith('-')) fail(signIn.slice(1))
      if (answer === undefined || rest.length === 0) return
      if (answer.startsWith('-')) fail(answer.slice(1))
      resolve(answer.slice(1))
      socket.destroy()
    })
    socket.write(encode(['AUTH', target.user, password]) + encode(command))
  })
}

/** Every certificate of this machine says `localhost`: only Redis itself is shown a password. @param own whose trust domain counts */
function otherThanRedis(peer: PeerCertificate, own: string): Error | undefined {
  const id = spiffeIdOf(factsOf(own).subjectAltName)
  const trustDomain = id && parseSpiffeId(id)?.trustDomain
  if (trustDomain && spiffeIdOf(peer.subjectaltname) === spiffeId(trustDomain, 'redis')) return undefined
  return new Error('the peer is not Redis')
}

const encode = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`
