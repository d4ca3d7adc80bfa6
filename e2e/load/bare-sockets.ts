import { request } from 'node:https'

/** Tells the bare server of `limits/bare-sockets.ts` what to broadcast; resolves when it is written. */
export function broadcast(
  to: { readonly port: number; readonly ca: string },
  asked: {
    readonly frames: number
    readonly bytes: number
    readonly firstId: number
    readonly everyMs: number
  },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const options = { host: '127.0.0.1', servername: 'localhost', method: 'POST', agent: false, ...to }
  const sent = request(options, (response) => {
    response.resume().once('end', () => {
      if (response.statusCode === 200) resolve()
      else reject(new Error(`the bare server answered ${response.statusCode}`))
    })
  })
  sent.once('error', reject)
  sent.end(JSON.stringify(asked))
  return promise
}
