import { removeAlertWords } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { changeAlertWords } from '../change-alert-words.ts'
import { withoutWords } from '../rules/alert-list.ts'

export default route<typeof removeAlertWords, Context, Tx>(
  removeAlertWords,
  async ({ input, granted, rights, tx }) => ({
    alert_words: await changeAlertWords(tx, granted, rights, (words) =>
      withoutWords(words, input.alert_words),
    ),
  }),
)
