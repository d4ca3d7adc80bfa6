import { updateChannel } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { change } from '../change-channel.ts'
import type { Context } from '../context.ts'
import { retentionDays } from '../rules/retention.ts'
import { channelDescription, channelName } from '../rules/wanted-channels.ts'

export default route<typeof updateChannel, Context, Tx>(updateChannel, async (handled) => {
  const { input } = handled
  const { new_name, description, is_private, is_web_public, history_public_to_subscribers } = input
  const { message_retention_days } = input
  await change(handled, input.stream_id, {
    name: new_name === undefined ? null : channelName(new_name),
    description: description === undefined ? null : channelDescription(description),
    is_private,
    is_web_public,
    history_public_to_subscribers,
    archived: input.is_archived,
    isDefault: input.is_default_stream ?? null,
    folder: input.folder_id,
    retention: message_retention_days === undefined ? undefined : retentionDays(message_retention_days),
    topics: input.topics_policy,
    permissions: input,
  })
  return {}
})
