import { badRequest } from '@parley/core'
import type { WireEvent } from '@parley/events'
import { z } from 'zod'

/** One condition on message events. */
export interface NarrowTerm {
  readonly operator: string
  readonly operand: string | number | readonly number[]
  readonly negated: boolean
}

/** What a narrow looks at in a message event. */
const Facts = z.looseObject({
  message: z.looseObject({
    id: z.int(),
    type: z.enum(['stream', 'private']),
    sender_id: z.int(),
    sender_email: z.string(),
    stream_id: z.int().optional(),
    subject: z.string(),
    display_recipient: z.union([z.string(), z.array(z.looseObject({ id: z.int(), email: z.string() }))]),
  }),
})
type Message = z.infer<typeof Facts>['message']
type Flags = readonly string[]
type Test = (message: Message, flags: Flags, user: number) => boolean

const same = (a: string, b: string | number): boolean => a.toLowerCase() === String(b).toLowerCase()

const isTests: Readonly<Record<string, Test>> = {
  dm: (m) => m.type === 'private',
  private: (m) => m.type === 'private',
  starred: (_, flags) => flags.includes('starred'),
  unread: (_, flags) => !flags.includes('read'),
  mentioned: (_, flags) => flags.some((f) => f === 'mentioned' || f.endsWith('wildcard_mentioned')),
  alerted: (_, flags) => flags.includes('has_alert_word'),
  resolved: (m) => m.type === 'stream' && m.subject.startsWith('✔ '),
}

function channelTest(operand: NarrowTerm['operand']): Test {
  return (m) =>
    m.type === 'stream' &&
    (typeof operand === 'number'
      ? m.stream_id === operand
      : typeof m.display_recipient === 'string' && same(m.display_recipient, String(operand)))
}

/** A direct message between exactly these people and the user. */
function directTest(operand: NarrowTerm['operand']): Test {
  const wanted = Array.isArray(operand) ? operand.map(String) : String(operand).split(',')
  const names = new Set(wanted.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''))
  return (m, _, user) => {
    if (m.type !== 'private' || typeof m.display_recipient === 'string') return false
    const people = m.display_recipient
    // Each has two names; judged for every queue, so never every name against every person.
    if (names.size > 2 * people.length) return false
    const known = new Map(
      people.flatMap((p) => [[String(p.id), p.id] as const, [p.email.toLowerCase(), p.id] as const]),
    )
    const named = new Set([...names].map((name) => known.get(name)))
    return !named.has(undefined) && people.every((p) => p.id === user || named.has(p.id))
  }
}

/** A direct message in whose conversation somebody takes part, of at least so many people. */
function includingTest(operand: NarrowTerm['operand'], least: number): Test {
  const [name, ...others] = (Array.isArray(operand) ? operand : [operand]).map((one) =>
    String(one).trim().toLowerCase(),
  )
  if (name === undefined || others.length > 0) throw badRequest('unknown user')
  return ({ display_recipient: people }) =>
    typeof people !== 'string' &&
    people.length >= least &&
    people.some((p) => String(p.id) === name || p.email.toLowerCase() === name)
}

function testOf({ operator, operand }: NarrowTerm): Test {
  switch (operator) {
    case 'channel':
    case 'stream':
      return channelTest(operand)
    case 'topic':
    case 'subject':
      return (m) => m.type === 'stream' && same(m.subject, String(operand))
    case 'sender':
      return (m) =>
        typeof operand === 'number' ? m.sender_id === operand : same(m.sender_email, String(operand))
    case 'dm':
    case 'pm-with':
      return directTest(operand)
    case 'dm-including':
      return includingTest(operand, 1)
    case 'group-pm-with':
      return includingTest(operand, 3)
    case 'id':
      return (m) => String(m.id) === String(operand)
    case 'is': {
      const test = Object.hasOwn(isTests, String(operand)) ? isTests[String(operand)] : undefined
      if (test) return test
    }
  }
  throw badRequest(`Operator ${operator} not supported.`)
}

/** Every queue with a narrow looks at the same event. */
const messages = new WeakMap<WireEvent, Message | null>()

function messageIn(wire: WireEvent): Message | null {
  const known = messages.get(wire)
  if (known !== undefined) return known
  const facts = Facts.safeParse(wire)
  const message = facts.success ? facts.data.message : null
  messages.set(wire, message)
  return message
}

/** Decides whether a queue with a narrow wants a message event. */
export type Narrow = (wire: WireEvent, own: Readonly<Record<string, unknown>> | null, user: number) => boolean

/** Judged for every message and queue, so few. */
const mostTerms = 10

/** Compiles a narrow. @throws AppError BAD_REQUEST for what a queue cannot narrow by, and for too many terms */
export function compileNarrow(terms: readonly NarrowTerm[]): Narrow | null {
  if (terms.length === 0) return null
  if (terms.length > mostTerms) throw badRequest(`Too many narrow terms (limit: ${mostTerms})`)
  const tests = terms.map((term) => ({ test: testOf(term), negated: term.negated }))
  return (wire, own, user) => {
    if (wire.type !== 'message') return true
    const message = messageIn(wire)
    if (!message) return false
    const flags = Array.isArray(own?.['flags']) ? own['flags'].map(String) : []
    return tests.every(({ test, negated }) => test(message, flags, user) !== negated)
  }
}
