/** Colours of new subscriptions: told apart on white and on black. */
const palette = [
  '#5b8def',
  '#e07a5f',
  '#3fae7a',
  '#b07cd8',
  '#d9a441',
  '#4bb3c4',
  '#d46a92',
  '#7f9f3f',
  '#8d7b6c',
  '#6a6fd1',
  '#c25450',
  '#4f9d9d',
] as const

/** The colour of a channel for whoever has not chosen one: the same for everybody, so that it needs no lookup. */
export const defaultColor = (channelId: number): string => palette[channelId % palette.length] ?? palette[0]

/** `#rgb` or `#rrggbb` in any case as `#rrggbb`; null for anything else. */
export function parseColor(given: string): string | null {
  const text = given.toLowerCase()
  if (/^#[0-9a-f]{6}$/.test(text)) return text
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(text)
  return short
    ? `#${short
        .slice(1)
        .map((digit) => digit + digit)
        .join('')}`
    : null
}
