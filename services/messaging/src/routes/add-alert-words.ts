import { addAlertWords } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { changeAlertWords } from '../change-alert-words.ts'
import { withWords } from '../rules/alert-list.ts'

export default route<typeof addAlertWords, Context, Tx>(
  addAlertWords,
  async ({ input, granted, rights, tx }) => ({
    alert_words: await changeAlertWords(tx, granted, rights, (words) => withWords(words, input.alert_words)),
  }),
)
