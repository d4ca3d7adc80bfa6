import { z } from 'zod'
import { pace } from '../pace.ts'
import { bareEdge, ready } from './bare-edge.ts'
import { type BareSend, bareLog } from './bare-log.ts'

// What one Node process and Postgres need at the least for durable sends: `POST /api/v1/messages` reads the form, hands
// it to the coalesced bare SQL and answers when it is committed. `POST /callers` is that SQL without the web around it:
// callers within this process, each of which sends again once it is answered.
const Options = z.object({ data: z.string(), port: z.int(), callers: z.int() })
const { data, ...options } = Options.parse(JSON.parse(process.argv[2] ?? '{}'))
const log = await bareLog(data, options)
const app = bareEdge(data)

const Send = z.object({ to: z.coerce.number().int(), topic: z.string(), content: z.string() })
app.post('/api/v1/messages', async ({ body }) => {
  if (!(body instanceof URLSearchParams)) throw new TypeError('a form is expected')
  const { to, topic, content } = Send.parse(Object.fromEntries(body))
  return { result: 'success', msg: '', id: await log.write({ channel: to, topic, content }) }
})

const Callers = z.object({
  seconds: z.number(),
  /** Absent: as fast as they are answered. */
  perSecond: z.number().optional(),
  content: z.string(),
})
app.post('/callers', async ({ body }) => {
  const { seconds, perSecond, content } = Callers.parse(body)
  const began = performance.now()
  const due = perSecond === undefined ? null : pace(perSecond, options.callers)
  const send: BareSend = { channel: 1, topic: 'load', content }
  const waits: number[] = []
  const calling = async (): Promise<void> => {
    while (performance.now() - began < seconds * 1000) {
      await due?.()
      const asked = performance.now()
      await log.write(send)
      waits.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: options.callers }, calling))
  return { seconds: (performance.now() - began) / 1000, waits }
})
await ready(app, log.pids)
