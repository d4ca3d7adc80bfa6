import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Lent } from '../memory/pool.ts'

/** Sends messages over a WebSocket that is not compressed. */
export interface Sender {
  text(message: Buffer): void
  /** A whole frame with its head, which is released when nobody reads of it any more. */
  large(frame: Lent): void
}

/** Sends so that the messages of one turn of the event loop leave in one TLS record. */
export function corkedSender(ws: WebSocket, socket: Duplex): Sender {
  let corked = false
  const uncork = (): void => {
    if (!corked) return
    corked = false
    socket.uncork()
  }
  return {
    text(message) {
      if (ws.readyState !== ws.OPEN) return
      if (!corked) {
        corked = true
        socket.cork()
        setImmediate(uncork)
      }
      ws.send(message, { binary: false })
    },
    large(frame) {
      if (ws.readyState !== ws.OPEN) return frame.release()
      // Together with others it would be copied once more. The library has nothing waiting: it compresses nothing.
      uncork()
      socket.write(frame.bytes, (error) => {
        if (!error) frame.release()
      })
    },
  }
}
