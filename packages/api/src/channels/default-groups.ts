import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { json, optional, pathInt, text, word } from '../param.ts'
import { maxDefaultChannels } from './add-default-channel.ts'

/** Longest name of a group of default channels, in Unicode code points. */
export const maxDefaultGroupNameLength = 60
export const maxDefaultGroupDescriptionLength = 1024
/** Most of them in an organisation: every client holds them all, and each change tells them all. */
export const maxDefaultGroups = 50

/** Channels that a new account may choose together (Zulip API: realm_default_stream_groups). */
export const DefaultGroupObject = z.object({
  id: z.int(),
  name: z.string(),
  description: z.string(),
  /** Ids of channels, ascending. */
  streams: z.array(z.int()),
})
export type DefaultGroupObject = z.infer<typeof DefaultGroupObject>

const groups = {
  service: 'streams',
  access: 'default-group:change',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'turn',
  response: z.object({}),
} as const
const one = '/api/v1/default_stream_groups/{group_id}'
const names = json(z.array(z.string().max(10_000)).max(maxDefaultChannels))

/** Makes a group of default channels. */
export const createDefaultGroup = operation({
  ...groups,
  id: 'create-default-channel-group',
  method: 'POST',
  path: '/api/v1/default_stream_groups/create',
  params: { group_name: text(), description: text(), stream_names: names },
})

/** Renames or describes one. */
export const updateDefaultGroup = operation({
  ...groups,
  id: 'update-default-channel-group',
  method: 'PATCH',
  path: one,
  idempotent: true,
  params: { group_id: pathInt(), new_group_name: optional(text()), new_description: optional(text()) },
})

/** Puts channels into one, or takes them out. */
export const changeDefaultGroupChannels = operation({
  ...groups,
  id: 'change-default-channel-group-channels',
  method: 'PATCH',
  path: `${one}/streams`,
  params: { group_id: pathInt(), op: word(['add', 'remove']), stream_names: names },
})

/** Deletes one; its channels stay as they are. */
export const removeDefaultGroup = operation({
  ...groups,
  id: 'remove-default-channel-group',
  method: 'DELETE',
  path: one,
  params: { group_id: pathInt() },
})
