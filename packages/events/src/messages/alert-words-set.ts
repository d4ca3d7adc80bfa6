import { z } from 'zod'
import { event } from '../event.ts'

/** The whole list of the words that alert somebody; nobody else hears of it. */
export const alertWordsSet = event({
  type: 'alert-words.set',
  emitter: 'messaging',
  audience: 'users',
  body: z.object({ alert_words: z.array(z.string()) }),
  wire: ['alert_words'],
  shape: (body) => ({ type: 'alert_words', ...body }),
})
