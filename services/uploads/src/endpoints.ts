import type { Tx } from '@parley/db'
import type { CallRoute, Route } from '@parley/kit'
import findImage from './calls/find-image.ts'
import snapshot from './calls/snapshot.ts'
import type { Context } from './context.ts'
import addEmoji from './routes/add-emoji.ts'
import deactivateEmoji from './routes/deactivate-emoji.ts'
import getEmoji from './routes/get-emoji.ts'

/** Every endpoint of this service. */
export const routes: readonly Route<Context, Tx>[] = [addEmoji, deactivateEmoji, getEmoji]

/** Every internal call it answers. */
export const calls: readonly CallRoute<Context>[] = [findImage, snapshot]
