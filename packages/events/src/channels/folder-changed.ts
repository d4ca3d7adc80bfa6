import { FolderObject } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

/** A folder of channels came to be or is another, or they stand in another order. Everybody knows of all of them. */
export const folderChanged = event({
  type: 'folder.changed',
  emitter: 'streams',
  audience: 'organisation',
  body: z.discriminatedUnion('op', [
    z.object({ op: z.literal('add'), channel_folder: FolderObject }),
    z.object({
      op: z.literal('update'),
      channel_folder_id: z.int(),
      data: FolderObject.pick({
        name: true,
        description: true,
        rendered_description: true,
        is_archived: true,
      }).partial(),
    }),
    z.object({ op: z.literal('reorder'), order: z.array(z.int()) }),
  ]),
  wire: ['channel_folder'],
  shape: (body) => ({ type: 'channel_folder', ...body }),
})
