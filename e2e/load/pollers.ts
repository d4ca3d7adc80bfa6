import { connect } from 'node:tls'
import { head } from './closed-loop.ts'
import { contextOf, type Door } from './receivers.ts'

/** Who polls: the queue, and after which event. */
export interface Polled extends Omit<Door, 'path'> {
  readonly queueId: string
  readonly after: number
}

/** One that polls a queue: it asks again as soon as it is answered. */
export interface Poller {
  /** Rejects where an answer is no success, or the connection ends. */
  readonly failed: Promise<never>
  end(): void
}

/**
 * Polls until it is ended. HTTP is made and read by hand: a hundred answers that come at once would wait for each other in a
 * client that costs as much as the gateway.
 * @param onAnswer is handed the body
 */
export function poll(
  { address, port, ca, host, headers, queueId, after }: Polled,
  onAnswer: OnAnswer,
): Poller {
  const { promise: failed, reject } = Promise.withResolvers<never>()
  const socket = connect({ host: address, port, servername: 'localhost', secureContext: contextOf(ca) })
  socket.setNoDelay(true)
  let last = after
  const ask = (): void => {
    const query = `queue_id=${queueId}&last_event_id=${last}`
    socket.write(head('GET', `/api/v1/events?${query}`, host, headers))
  }
  let got = ''
  socket.once('secureConnect', ask)
  socket.on('data', (chunk: Buffer) => {
    got += chunk.toString('latin1')
    const body = bodyOf(got)
    if (body === null) return
    const id = lastId.exec(body)?.[1]
    if (!got.startsWith('HTTP/1.1 200') || id === undefined) {
      socket.destroy(new Error(got.slice(0, 200)))
      return
    }
    last = Number(id)
    got = ''
    ask()
    onAnswer(body)
  })
  socket.on('error', reject)
  socket.once('close', () => reject(new Error('a poll was cut off')))
  return {
    failed,
    end: () => void socket.destroy(),
  }
}

type OnAnswer = (body: string) => void

/** Every event ends with its id, and the events end where the queue is named. */
const lastId = /"id":(\d+)\}\],"queue_id"/

/** The body of an answer once all of it is there; each tells its length. */
function bodyOf(answer: string): string | null {
  const end = answer.indexOf('\r\n\r\n')
  if (end === -1) return null
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.slice(0, end))?.[1]
  if (length === undefined) throw new Error('an answer without a length')
  const body = answer.slice(end + 4)
  return body.length < Number(length) ? null : body
}
