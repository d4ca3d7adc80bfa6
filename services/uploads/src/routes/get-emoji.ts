import { getEmoji } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readEmoji } from '../repo/emoji.ts'

export default route<typeof getEmoji, Context, Tx>(getEmoji, async ({ granted, tx }) => ({
  emoji: await readEmoji(tx, granted),
}))
