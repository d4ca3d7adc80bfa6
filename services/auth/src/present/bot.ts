import { avatarUrl, type BotObject } from '@parley/api'
import type { BotRow } from '../repo/bots.ts'

/** What a bot's clients do where they do not say: nothing can be chosen yet. */
export const preferences = {
  default_sending_stream: null,
  default_events_register_stream: null,
  default_all_public_streams: false,
}

/** A bot as its owner and administrators see it; its keys are kept as hashes only, so none is shown. */
export const botObject = (row: BotRow): BotObject => ({
  ...preferences,
  user_id: row.user_id,
  email: row.email,
  full_name: row.full_name,
  bot_type: row.bot_type,
  is_active: row.is_active,
  owner_id: row.bot_owner_id,
  api_key: '',
  avatar_url: avatarUrl(row.user_id, row.avatar_version),
  services: [],
})
