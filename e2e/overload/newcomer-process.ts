import { connect } from 'node:tls'
import type { Calls, Came } from './newcomers.ts'
import { requestOf } from './connection.ts'

// A process of its own: amid thousands of connections that a test dials, its loop would be what newcomers wait for.

/** Dials, asks for one's own account, and hangs up. @returns the status; 0 where none came */
function come({ target, headers, patienceMs }: Calls): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const socket = connect(target, () => socket.write(requestOf('GET', '/users/me', headers)))
  const timer = setTimeout(() => socket.destroy(), patienceMs)
  let head = ''
  socket.on('data', (chunk: Buffer) => {
    head += chunk.toString('latin1')
    if (head.includes('\r\n\r\n')) socket.destroy()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    clearTimeout(timer)
    resolve(head.includes('\r\n\r\n') ? Number(head.slice(9, 12)) : 0)
  })
  return promise
}

let stood = false
const coming: Promise<void>[] = []
const came: Came[] = []
process.on('message', (message: Calls | 'stood' | 'over') => {
  if (message === 'stood') {
    stood = true
    return
  }
  if (message === 'over') {
    void Promise.all(coming).then(() => process.send?.(came))
    return
  }
  const one = async (): Promise<void> => {
    const [began, amid] = [performance.now(), stood]
    const status = await come(message)
    came.push({ amid, status, ms: performance.now() - began })
  }
  coming.push(one())
  const timer = setInterval(() => coming.push(one()), 1000)
  process.on('message', (later) => {
    if (later === 'over') clearInterval(timer)
  })
})
process.on('disconnect', () => process.exit())
