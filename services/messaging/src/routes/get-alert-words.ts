import { getAlertWords } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readAlertWords } from '../repo/alert-words.ts'

export default route<typeof getAlertWords, Context, Tx>(getAlertWords, async ({ granted, tx }) => ({
  alert_words: await readAlertWords(tx, granted),
}))
