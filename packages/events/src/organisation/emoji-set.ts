import { EmojiById } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

/** The organisation's own emoji, whole, deactivated ones too. */
export const emojiSet = event({
  type: 'emoji.set',
  emitter: 'uploads',
  audience: 'organisation',
  body: z.object({ realm_emoji: EmojiById }),
  wire: ['realm_emoji'],
  shape: (body) => ({ type: 'realm_emoji', op: 'update', ...body }),
})

/** The audited side of a change of them: who did what with which, without its name. */
export const emojiChanged = event({
  type: 'emoji.changed',
  emitter: 'uploads',
  audience: 'nobody',
  audited: true,
  body: z.object({ op: z.enum(['add', 'deactivate']), id: z.int(), by: z.int() }),
})
