import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

/** Sends frames so that those of one turn of the event loop leave in one TLS record. */
export function corkedSender(ws: WebSocket, socket: Duplex): (frame: Buffer) => void {
  let corked = false
  const uncork = (): void => {
    corked = false
    socket.uncork()
  }
  return (frame) => {
    if (ws.readyState !== ws.OPEN) return
    if (!corked) {
      corked = true
      socket.cork()
      setImmediate(uncork)
    }
    ws.send(frame, { binary: false })
  }
}
