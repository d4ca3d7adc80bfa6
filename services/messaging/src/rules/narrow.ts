import { channelNameKey, type Narrow, type NarrowTerm } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import { normaliseTopic } from '@parley/markdown'

/** A user as a narrow names one. */
export type UserName = { readonly id: number } | { readonly email: string }
export type ChannelName = { readonly id: number } | { readonly key: string }
export type ChannelsKind = 'public' | 'web-public'
export type Contained = 'attachment' | 'image' | 'link' | 'reaction'
/**
 * What `is:` asks for. `none`: nothing that exists here has it; `everything`: all has it; `home`: what the reader has not
 * muted, where a channel is named its topics alone counting.
 */
export type Mark =
  | 'everything'
  | 'home'
  | 'muted'
  | 'followed'
  | 'unread'
  | 'starred'
  | 'mentioned'
  | 'alerted'
  | 'direct'
  | 'resolved'
  | 'none'

/** One understood term, its names still to be looked up. */
export type Term = (
  | { readonly kind: 'channel'; readonly channel: ChannelName }
  | { readonly kind: 'topic'; readonly topic: string }
  /** The conversation of exactly these people and the reader. */
  | { readonly kind: 'people'; readonly people: readonly UserName[] }
  | { readonly kind: 'sender'; readonly sender: UserName }
  | { readonly kind: 'id'; readonly id: number }
  /** Channels of a kind. */
  | { readonly kind: 'channels'; readonly which: ChannelsKind }
  /** Direct conversations in which a person takes part; `group`: only those of three and more. */
  | { readonly kind: 'including'; readonly person: UserName; readonly group: boolean }
  | { readonly kind: 'has'; readonly what: Contained }
  /** The conversation that a message is in now. */
  | { readonly kind: 'with'; readonly id: number }
  /** Messages that hold all words of the text, and each phrase as it stands, whatever its case. */
  | { readonly kind: 'search'; readonly text: string; readonly phrases: readonly string[] }
  | { readonly kind: Mark }
) & { readonly negated: boolean }

/** @param desc shown to the client; never an operand that may be content */
export const badNarrow = (desc: string): AppError =>
  new AppError('BAD_NARROW', `Invalid narrow operator: ${desc}`, { data: { desc } })

const marks: Readonly<Record<string, Mark>> = {
  unread: 'unread',
  starred: 'starred',
  mentioned: 'mentioned',
  dm: 'direct',
  private: 'direct',
  resolved: 'resolved',
  alerted: 'alerted',
  followed: 'followed',
  muted: 'muted',
}

/** Most searches in one narrow, and words or phrases in one of them. */
const mostSearches = 3
const mostWords = 10

/**
 * Understands a narrow's terms.
 * @throws AppError BAD_NARROW for an unknown operator or operand and for a channel with direct messages; BAD_REQUEST for
 *   more searches, or longer ones, than are answered
 */
export function parseNarrow(narrow: Narrow): Term[] {
  const terms = narrow.flatMap((term): Term[] => {
    const understood = parseTerm(term)
    return understood === null ? [] : [{ ...understood, negated: term.negated ?? false }]
  })
  if (terms.filter(({ kind }) => kind === 'search').length > mostSearches)
    throw badRequest(`A narrow may hold at most ${mostSearches} searches`)
  const asked = new Set(terms.filter((term) => !term.negated).map(({ kind }) => kind))
  const channel = asked.has('channel') || asked.has('channels')
  if (channel && (asked.has('people') || asked.has('direct') || asked.has('including')))
    throw badNarrow('No message can be both a channel message and direct message')
  return terms
}

// `Omit` over a union keeps only what all members share, so it goes over each member.
type Bare<T> = T extends unknown ? Omit<T, 'negated'> : never

/** Null for terms that take nothing away. */
function parseTerm({ operator, operand, negated }: NarrowTerm): Bare<Term> | null {
  switch (operator) {
    case 'channel':
    case 'stream':
      return { kind: 'channel', channel: channelName(operand) }
    case 'topic':
    case 'subject':
      return { kind: 'topic', topic: topicName(operand) }
    case 'dm':
    case 'pm-with':
      return { kind: 'people', people: people(operand) }
    case 'sender':
    case 'from':
      return { kind: 'sender', sender: userName(operand) }
    case 'dm-including':
      return { kind: 'including', person: onePerson(operand), group: false }
    case 'group-pm-with':
      return { kind: 'including', person: onePerson(operand), group: true }
    case 'channels':
    case 'streams':
      return { kind: 'channels', which: wordIn(['public', 'web-public'], operator, operand) }
    case 'has':
      return { kind: 'has', what: wordIn(contained, operator, operand) }
    case 'with':
      if (negated === true) throw badNarrow("'with' cannot be negated")
      return { kind: 'with', id: messageNumber(operand) }
    case 'search':
      return search(operand)
    case 'id':
      return { kind: 'id', id: messageNumber(operand) }
    case 'is':
      return { kind: markOf(operand) }
    case 'near':
      return null
    case 'in':
      if (operand === 'home') return { kind: 'home' }
      if (operand === 'all') return negated === true ? { kind: 'everything' } : null
      throw badNarrow(`unknown 'in' operand ${wordOf(operand)}`)
    default:
      throw badNarrow(`unknown operator ${wordOf(operator)}`)
  }
}

type Operand = NarrowTerm['operand']

const isId = (operand: Operand): operand is number =>
  typeof operand === 'number' && operand >= 0 && operand <= 2_147_483_647

function channelName(operand: Operand): ChannelName {
  if (isId(operand)) return { id: operand }
  if (typeof operand !== 'string') throw badNarrow('unknown channel')
  return { key: channelNameKey(operand) }
}

function search(operand: Operand): Bare<Extract<Term, { kind: 'search' }>> {
  if (typeof operand !== 'string') throw badNarrow('a search is a text')
  const phrases = [...operand.matchAll(/"([^"]+)"/g)].map(([, phrase = '']) => phrase)
  const words = operand.match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length > mostWords || phrases.length > mostWords)
    throw badRequest(`A search may hold at most ${mostWords} words`)
  return { kind: 'search', text: operand, phrases }
}

function topicName(operand: Operand): string {
  if (typeof operand !== 'string') throw badNarrow('unknown topic')
  try {
    return normaliseTopic(operand)
  } catch {
    throw badNarrow('unknown topic')
  }
}

function people(operand: Operand): UserName[] {
  if (typeof operand !== 'string') {
    const ids = typeof operand === 'number' ? [operand] : operand
    if (!ids.every(isId)) throw badNarrow('unknown user')
    return ids.map((id) => ({ id }))
  }
  return operand
    .split(',')
    .map((email) => email.trim())
    .filter((email) => email !== '')
    .map((email) => ({ email: email.toLowerCase() }))
}

function onePerson(operand: Operand): UserName {
  const [person, ...others] = people(operand)
  if (!person || others.length > 0) throw badNarrow('unknown user')
  return person
}

const contained = ['attachment', 'image', 'link', 'reaction'] as const

/** @throws AppError BAD_NARROW for anything but these words */
function wordIn<W extends string>(words: readonly W[], operator: string, operand: Operand): W {
  const found = words.find((word) => word === operand)
  if (found === undefined) throw badNarrow(`unknown '${wordOf(operator)}' operand ${wordOf(operand)}`)
  return found
}

function userName(operand: Operand): UserName {
  if (isId(operand)) return { id: operand }
  if (typeof operand !== 'string') throw badNarrow('unknown user')
  return { email: operand.trim().toLowerCase() }
}

function messageNumber(operand: Operand): number {
  const id = typeof operand === 'string' && /^\d{1,15}$/.test(operand) ? Number(operand) : operand
  if (typeof id !== 'number' || id < 0) throw badNarrow('invalid message ID')
  return id
}

function markOf(operand: Operand): Mark {
  const mark = typeof operand === 'string' && Object.hasOwn(marks, operand) ? marks[operand] : undefined
  if (mark === undefined) throw badNarrow(`unknown 'is' operand ${wordOf(operand)}`)
  return mark
}

/** Words of closed lists are echoed where they look like one. */
const wordOf = (operand: Operand): string =>
  typeof operand === 'string' && /^[\w-]{1,30}$/.test(operand) ? operand : ''
