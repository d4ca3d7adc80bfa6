import type { Matcher } from 're2js'
import { keptTopics, type TopicLink } from './kept-topics.ts'
import { type Pattern, readPattern, whole } from './pattern.ts'
import { type UrlTemplate, urlTemplate } from './url-template.ts'

/** What in texts becomes a link, and where to. */
export interface LinkifierRule {
  readonly pattern: string
  /** RFC 6570; its variables are the pattern's groups. */
  readonly url_template: string
}

/** A part of a text that is a link. */
export interface Linked {
  readonly start: number
  readonly end: number
  readonly url: string
}

/**
 * Finds links in the texts of one message; what is found and tried in all of them is limited together.
 * @param from where links may begin; what stands before is looked at
 */
export type FindLinks = (text: string, from?: number) => readonly Linked[]

/** The linkifiers of an organisation, ready for texts. */
export interface Linkifiers {
  /** Begins a message. */
  begin(): FindLinks
  /** Begins an answer of many topics; what is tried in all of them is limited together. */
  beginTopics(): FindTopicLinks
  /** Those of one topic alone. */
  topicLinks: FindTopicLinks
}
/** The links in a topic, in the order in which they stand (Zulip API: `topic_links`); none where the answer's steps are used up. */
export type FindTopicLinks = (topic: string) => TopicLink[]

/** Most links of one message; what would be more stays text. */
export const maxLinks = 100
/**
 * What a message may take, in steps: a pattern's size times the characters that it is tried on, however soon it gives up.
 * A step is at most a tenth of a microsecond; patterns that are tried on what holds their literal never come near it.
 */
export const maxSteps = 200_000
/** What an answer of many topics may take, in the same steps; what was found is kept, and takes none again. */
export const maxTopicSteps = 500_000
/** Longer lines are taken apart between words, so that finding many links in one does not cost its length each time. */
const longestPart = 250

interface Linkifier {
  readonly pattern: Pattern
  readonly template: UrlTemplate
}

/** Linkifiers in their order: of two that find the same place the first has it. Those that are none are passed over. */
export function createLinkifiers(rules: readonly LinkifierRule[]): Linkifiers {
  const all = rules.flatMap((rule): Linkifier[] => {
    const pattern = readPattern(rule.pattern)
    const template = urlTemplate(rule.url_template)
    return typeof pattern === 'string' || !template ? [] : [{ pattern, template }]
  })
  const kept = keptTopics()
  const beginTopics = (): FindTopicLinks => {
    let steps = maxTopicSteps
    return (topic) => {
      const known = kept.get(topic)
      if (known) return known
      const given = Math.min(maxSteps, steps)
      const left: Left = { links: maxLinks, steps: given, short: false }
      const links = find(all, topic, 0, left).map(({ start, end, url }) => ({
        text: topic.slice(start, end),
        url,
      }))
      steps -= given - left.steps
      // Without the patterns that were too much for the answer others may have what is theirs.
      if (left.short && given < maxSteps) return []
      kept.keep(topic, links)
      return links
    }
  }
  return {
    begin: () => {
      const left: Left = { links: maxLinks, steps: maxSteps, short: false }
      return (text, from = 0) => find(all, text, from, left)
    },
    beginTopics,
    topicLinks: (topic) => beginTopics()(topic),
  }
}

const find = (all: readonly Linkifier[], text: string, from: number, left: Left): Linked[] =>
  partsOf(text).flatMap((part) =>
    findIn(all, part, from - part.offset, left).map(({ start, end, url }) => ({
      start: start + part.offset,
      end: end + part.offset,
      url,
    })),
  )

interface Part {
  readonly text: string
  readonly offset: number
}

function partsOf(text: string): Part[] {
  const parts: Part[] = []
  for (let offset = 0; offset < text.length;) {
    const last = text.length - offset <= longestPart ? -1 : text.lastIndexOf(' ', offset + longestPart)
    const space = last > offset ? last : text.indexOf(' ', offset + longestPart)
    const end = space === -1 ? text.length : space
    parts.push({ text: text.slice(offset, end), offset })
    offset = end
  }
  return parts
}

interface Left {
  links: number
  steps: number
  /** Was something not tried for want of steps? */
  short: boolean
}

function findIn(all: readonly Linkifier[], { text }: Part, begin: number, left: Left): Linked[] {
  const found: Linked[] = []
  for (const { pattern, template } of all) {
    // Made only for what is tried: even one that is never asked costs something.
    let matcher: Matcher | null = null
    for (let from = Math.max(0, begin); from < text.length && left.links > 0;) {
      if (!text.includes(pattern.literal, from)) break
      const steps = (text.length - from) * pattern.size
      if (steps > left.steps) {
        left.short = true
        break
      }
      left.steps -= steps
      matcher ??= pattern.expression.matcher(text)
      if (!matcher.find(from)) break
      const start = matcher.start(whole)
      const end = matcher.end(whole)
      // What stands behind a link may lead to the next.
      from = Math.max(end, matcher.start() + 1)
      if (start === end || found.some((other) => start < other.end && other.start < end)) continue
      const url = template.expand(matcher.getNamedGroups())
      if (url === null) continue
      left.links--
      found.push({ start, end, url })
    }
  }
  return found.sort((a, b) => a.start - b.start)
}
