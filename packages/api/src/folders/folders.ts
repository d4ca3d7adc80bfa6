import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, json, optional, pathInt, text, withDefault } from '../param.ts'

/** Longest name of a folder, in Unicode code points (Zulip API: max_channel_folder_name_length). */
export const maxFolderNameLength = 60
export const maxFolderDescriptionLength = 1024
/** Most folders of an organisation, archived ones included: every client holds them all. */
export const maxFolders = 500

/** Channels are shown in folders: how they are called and in which order (Zulip API: get-channel-folders). */
export const FolderObject = z.object({
  id: z.int(),
  name: z.string(),
  description: z.string(),
  rendered_description: z.string(),
  /** Unix seconds. */
  date_created: z.int(),
  creator_id: z.int().nullable(),
  is_archived: z.boolean(),
  order: z.int(),
})
export type FolderObject = z.infer<typeof FolderObject>

const folders = { service: 'streams', limits: apiByUser, callers: ['gateway'], since: 389 } as const

/** The folders, in their order. */
export const getFolders = operation({
  ...folders,
  id: 'get-channel-folders',
  method: 'GET',
  path: '/api/v1/channel_folders',
  access: 'channel:list',
  transaction: 'read',
  params: { include_archived: withDefault(bool(), false) },
  response: z.object({ channel_folders: z.array(FolderObject) }),
})

/** Makes a folder, the last of all (Zulip API: create-channel-folder). */
export const createFolder = operation({
  ...folders,
  id: 'create-channel-folder',
  method: 'POST',
  path: '/api/v1/channel_folders/create',
  access: 'folder:change',
  transaction: 'turn',
  params: { name: text(), description: text() },
  response: z.object({ channel_folder_id: z.int() }),
})

/** Puts all folders in another order (Zulip API: patch-channel-folders). */
export const reorderFolders = operation({
  ...folders,
  id: 'reorder-channel-folders',
  method: 'PATCH',
  path: '/api/v1/channel_folders',
  access: 'folder:change',
  transaction: 'turn',
  idempotent: true,
  since: 414,
  params: { order: json(z.array(z.int().min(0)).max(maxFolders)) },
  response: z.object({}),
})

/** Renames, describes, archives a folder or brings it back (Zulip API: update-channel-folder). */
export const updateFolder = operation({
  ...folders,
  id: 'update-channel-folder',
  method: 'PATCH',
  path: '/api/v1/channel_folders/{channel_folder_id}',
  access: 'folder:change',
  transaction: 'turn',
  idempotent: true,
  params: {
    channel_folder_id: pathInt(),
    name: optional(text()),
    description: optional(text()),
    is_archived: optional(bool()),
  },
  response: z.object({}),
})
