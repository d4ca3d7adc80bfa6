import type { Answer, ApiClient, Organisation as Place, TestNetwork } from '@parley/testkit'
import type { Organisation, Question } from '../../../../packages/access/test/law/organisation.ts'
import { asked, type Request } from './asked.ts'
import { closeLog } from './closed-log.ts'
import { emailOf, keyOf } from './names.ts'

/** What the API said to a question. */
export interface Heard {
  readonly allowed: boolean
  /** Refused as if there were no such thing; true where nothing is named, since then there is nothing to hide. */
  readonly hidden: boolean
  readonly answer: Answer
}

/** Everything of an answer but when it was given and how many more may be asked for. */
export const told = ({ status, headers, body }: Answer): string =>
  JSON.stringify([status, Object.keys(headers).sort(), headers['content-length'], body])

/**
 * Puts questions to the API, and closes the organisation's log so that no answer changes the next.
 * @param maySend may that account send to that channel?
 * @returns null where a question cannot be put. @throws Error where an answer is a fault
 */
export async function hearing(
  net: TestNetwork,
  place: Place,
  o: Organisation,
  maySend: (by: number, channel: number) => boolean,
): Promise<(q: Question) => Promise<Heard | null>> {
  const refusedWrites = await closeLog(net, place)
  const clients = new Map<number, ApiClient>()
  const ask = (by: number, { method, path, fields = {} }: Request): Promise<Answer> => {
    const client = clients.get(by) ?? place.client({ email: emailOf(by), apiKey: keyOf(by) })
    clients.set(by, client)
    return client[method](path, fields)
  }
  return async (q) => {
    const way = asked(o, q, (channel) => maySend(q.by, channel))
    if (typeof way === 'string') return null
    let last: Answer | null = null
    for (const door of way.doors) {
      const before = await refusedWrites()
      const answer = (last = await ask(q.by, door))
      const wouldWrite = (await refusedWrites()) > before
      const later = way.later?.test(String(answer.body['msg'])) === true
      const through = answer.status === 200 ? (way.shows?.(answer) ?? true) : wouldWrite || later
      if (through) return { allowed: true, hidden: false, answer }
      if (answer.status >= 500) throw new Error(`${JSON.stringify(q)} answered ${told(answer)}`)
    }
    if (!last) throw new Error('no way to ask')
    let hidden = way.twins.length === 0
    for (const { request, named, instead } of way.twins)
      hidden ||= told(last) === told(await ask(q.by, request)).replaceAll(String(instead), String(named))
    return { allowed: false, hidden, answer: last }
  }
}
