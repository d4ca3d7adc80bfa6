import { userId } from '@parley/core'

/** No account has this id: nothing came to it, and it is in no channel. */
export const nobody = { userId: userId(0), botOwnerId: null }
