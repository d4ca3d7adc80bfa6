import type { MarkdownIt, StateInline } from 'markdown-it'
import { emojiCode } from '../emoji/table.ts'
import { renderingOf } from '../rendering.ts'
import { pushElement } from './element.ts'

const emojiName = /:([\p{L}\p{N}_+-]{1,60}):/uy
/** The one emoji that is neither unicode nor an organisation's own. */
const extraEmoji: Readonly<Record<string, string>> = {
  zulip: '/static/generated/emoji/images/emoji/unicode/zulip.png',
}

/** Puts a unicode emoji shown under that name; the name must be known. */
export function pushEmoji(state: StateInline, name: string): void {
  const label = name.replaceAll('_', ' ')
  pushElement(
    state,
    'span',
    [
      ['aria-label', label],
      ['class', `emoji emoji-${emojiCode(name) ?? ''}`],
      ['role', 'img'],
      ['title', label],
    ],
    `:${name}:`,
  )
}

/** `:name:`, an organisation's own emoji before a unicode one. */
function emoji(state: StateInline, silent: boolean): boolean {
  emojiName.lastIndex = state.pos
  const match = emojiName.exec(state.src)
  const name = match?.[1]
  if (!match || name === undefined || emojiName.lastIndex > state.posMax) return false
  const image = renderingOf(state.env).context.customEmoji?.get(name) ?? own(extraEmoji, name)
  if (image === undefined && emojiCode(name) === undefined) return false
  if (!silent) {
    if (image === undefined) pushEmoji(state, name)
    else
      state.push('emoji_image', 'img', 0).attrs = [
        ['alt', match[0]],
        ['class', 'emoji'],
        ['src', image],
        ['title', name.replaceAll('_', ' ')],
      ]
  }
  state.pos += match[0].length
  return true
}

const own = (record: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

export function emojiPlugin(md: MarkdownIt): void {
  md.inline.ruler.push('emoji', emoji)
}
