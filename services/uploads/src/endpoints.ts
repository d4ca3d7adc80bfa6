import type { Tx } from '@parley/db'
import type { CallRoute, Route } from '@parley/kit'
import findImage from './calls/find-image.ts'
import prepareAvatar from './calls/prepare-avatar.ts'
import snapshot from './calls/snapshot.ts'
import type { Context } from './context.ts'
import addEmoji from './routes/add-emoji.ts'
import deactivateEmoji from './routes/deactivate-emoji.ts'
import getEmoji from './routes/get-emoji.ts'
import getIcon from './routes/get-icon.ts'
import getLogo from './routes/get-logo.ts'
import removeAvatar from './routes/remove-avatar.ts'
import removeIcon from './routes/remove-icon.ts'
import removeLogo from './routes/remove-logo.ts'
import setAvatar from './routes/set-avatar.ts'
import setIcon from './routes/set-icon.ts'
import setLogo from './routes/set-logo.ts'

/** Every endpoint of this service. */
export const routes: readonly Route<Context, Tx>[] = [
  addEmoji,
  deactivateEmoji,
  getEmoji,
  getIcon,
  getLogo,
  removeAvatar,
  removeIcon,
  removeLogo,
  setAvatar,
  setIcon,
  setLogo,
]

/** Every internal call it answers. */
export const calls: readonly CallRoute<Context>[] = [findImage, prepareAvatar, snapshot]
