import { z } from 'zod'
import { event } from '../event.ts'

/**
 * What people had left unread in a channel that they leave, or of somebody whom they mute, counts as read from here on. All
 * people of one event have left the same messages.
 */
export const unreadCleared = event({
  type: 'unread.cleared',
  emitter: 'streams',
  audience: 'users',
  body: z.object({ messages: z.array(z.int()) }),
  wire: ['update_message_flags'],
  shape: ({ messages }) => ({
    type: 'update_message_flags',
    op: 'add',
    operation: 'add',
    flag: 'read',
    messages,
    all: false,
  }),
})
