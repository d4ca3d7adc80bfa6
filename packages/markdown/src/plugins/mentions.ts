import type { MarkdownIt, StateInline } from 'markdown-it'
import type { MentionUser, RenderContext } from '../context.ts'
import { groupMention, userMention, userReference } from '../mentions-in.ts'
import { renderingOf } from '../rendering.ts'
import { pushElement } from './element.ts'

const channelWildcards = new Set(['all', 'everyone', 'channel', 'stream'])
const topicWildcards = new Set(['topic'])
/** What may stand directly before a mention or a channel link. */
const mayPrecede = /[\s'"({[/<]/

/** Whether a mention or channel link may begin where the parser stands. */
export const mayBegin = (state: StateInline): boolean =>
  state.pos === 0 || mayPrecede.test(state.src.charAt(state.pos - 1))

/** Matches `pattern` (sticky) at the parser's place, within the text being parsed. */
export function matchHere(state: StateInline, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = state.pos
  const match = pattern.exec(state.src)
  return match && pattern.lastIndex <= state.posMax ? match : null
}

/** The person meant: an id wins, and a name written beside it must be his; a name alone must be one person's. */
function resolve(written: string, { users }: RenderContext): MentionUser | null {
  const { name, id } = userReference(written)
  if (id !== null) {
    const user = users.byId.get(id)
    return user && (name === null || user.fullName.toLowerCase() === name.toLowerCase()) ? user : null
  }
  const user = users.byName.get(name?.toLowerCase() ?? '')
  return user === undefined || user === 'ambiguous' ? null : user
}

interface Target {
  readonly attributes: [string, string][]
  readonly text: string
  readonly note: () => void
}

function target(state: StateInline, written: string): Target | null {
  const rendering = renderingOf(state.env)
  if (channelWildcards.has(written))
    return {
      attributes: [
        ['class', 'user-mention channel-wildcard-mention'],
        ['data-user-id', '*'],
      ],
      text: written,
      note: () => (rendering.channelWildcard = true),
    }
  if (topicWildcards.has(written))
    return {
      attributes: [['class', 'topic-mention']],
      text: written,
      note: () => (rendering.topicWildcard = true),
    }
  const user = resolve(written, rendering.context)
  return (
    user && {
      attributes: [
        ['class', 'user-mention'],
        ['data-user-id', String(user.id)],
      ],
      text: user.fullName,
      note: () => rendering.users.add(user.id),
    }
  )
}

function groupTarget(state: StateInline, written: string): Target | null {
  const rendering = renderingOf(state.env)
  const group = rendering.context.groups.get(written.toLowerCase())
  if (!group) return null
  return {
    attributes: [
      ['class', 'user-group-mention'],
      ['data-user-group-id', String(group.id)],
    ],
    text: group.name,
    note: () => rendering.groups.add(group.id),
  }
}

/** People, wildcards and groups; `@_` and quotes make a mention silent, which notifies nobody. */
function mention(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== 0x40 || !mayBegin(state)) return false
  const user = matchHere(state, userMention)
  const match = user ?? matchHere(state, groupMention)
  if (!match) return false
  const found = (user ? target : groupTarget)(state, match[2] ?? '')
  if (!found) return false
  if (!silent) {
    const isSilent = match[1] === '_' || renderingOf(state.env).quoteDepth > 0
    if (!isSilent) found.note()
    const [[, className] = ['class', ''], ...others] = found.attributes
    pushElement(
      state,
      'span',
      [['class', isSilent ? `${className} silent` : className], ...others],
      isSilent ? found.text : `@${found.text}`,
    )
  }
  state.pos += match[0].length
  return true
}

export function mentionsPlugin(md: MarkdownIt): void {
  md.inline.ruler.before('emphasis', 'mention', mention)
}
