import type { MarkdownIt, StateInline } from 'markdown-it'
import { pushElement } from './element.ts'
import { matchHere } from './mentions.ts'
import { parseTime } from './time.ts'

const timestamp = /<time:([^>\n]{0,100})>/y

/** `<time:…>`: a moment, shown to each reader in his own zone; what is none is said so. */
function time(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== 0x3c) return false
  const match = matchHere(state, timestamp)
  if (!match) return false
  if (!silent) {
    const written = match[1] ?? ''
    const moment = parseTime(written)
    if (moment === null)
      pushElement(state, 'span', [['class', 'timestamp-error']], `Invalid time format: ${written}`)
    else pushElement(state, 'time', [['datetime', moment]], written)
  }
  state.pos += match[0].length
  return true
}

export function timestampsPlugin(md: MarkdownIt): void {
  md.inline.ruler.before('emphasis', 'time', time)
}
