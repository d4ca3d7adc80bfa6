/**
 * Where everybody finds the names of Unicode emoji, from the organisation's URL on: `{ code_to_names: { [code]: names } }`, the
 * shown name first (Zulip API, `server_emoji_data_url` of POST /register). Phones offer no emoji without it.
 */
export const emojiDataPath = '/static/generated/emoji/emoji_api.json'
