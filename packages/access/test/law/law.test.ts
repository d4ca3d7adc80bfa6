import { expect, test } from 'vitest'
import { seeded, seedOf } from '../../../testkit/src/delivery/seeded.ts'
import { library } from './adapter.ts'
import { libraryForSpectators } from './spectators.ts'
import { seesChannel, seesMessage } from './of-spectators.ts'
import { oracle } from './oracle.ts'
import { someQuestion } from './questions.ts'
import { someOrganisation } from './random.ts'

const seed = seedOf(20_261_127)
const long = process.env['PARLEY_TEST_LONG'] === '1'
const organisations = long ? 100 : 10
const questions = long ? 2_000 : 500

/** Which answers of the library each answer of the rules allows. */
const fits = { allow: ['allow'], deny: ['deny'], hide: ['hide'], refuse: ['deny', 'hide'] }
/** Who may not act on people and groups is told so whoever they name, which hides as much. */
const hides = (act: string): boolean => act.startsWith('channel:') || act.startsWith('message:')

test(`AC-02 the library decides what the rules say, coded by somebody else from their text (seed ${seed})`, () => {
  const random = seeded(seed)
  const answers = new Map<string, Set<string>>()
  const differ: unknown[] = []
  for (let o = 0; o < organisations; o++) {
    const organisation = someOrganisation(random)
    const decide = library(organisation)
    for (let q = 0; q < questions; q++) {
      const question = someQuestion(random, organisation)
      const said = decide(question)
      const decision = said.ok ? 'allow' : said.kind
      const told = oracle(organisation, question)
      const rules = told === 'allow' || hides(question.act) ? told : 'refuse'
      if (!fits[rules].includes(decision)) differ.push({ o, question, rules, library: said })
      answers.set(question.act, (answers.get(question.act) ?? new Set()).add(said.ok ? 'allow' : 'refuse'))
    }
  }
  expect(differ.slice(0, 10)).toEqual([])
  // Each was allowed to somebody and refused to somebody, or agreement would mean little.
  expect([...answers].filter(([, kinds]) => kinds.size < 2).map(([act]) => act)).toEqual([])
})

test(`AC-02 who has no account is shown what the rules say (seed ${seed})`, () => {
  const random = seeded(seed)
  const shown = { channel: new Set<boolean>(), message: new Set<boolean>() }
  const differ: unknown[] = []
  for (let o = 0; o < organisations; o++) {
    const organisation = someOrganisation(random)
    const decide = libraryForSpectators(organisation)
    for (const channel of organisation.channels.values()) {
      shown.channel.add(decide.channel(channel))
      if (decide.channel(channel) !== seesChannel(organisation, channel)) differ.push({ o, channel })
    }
    for (const message of organisation.messages.values()) {
      shown.message.add(decide.message(message))
      if (decide.message(message) !== seesMessage(organisation, message)) differ.push({ o, message })
    }
  }
  expect(differ.slice(0, 10)).toEqual([])
  expect([shown.channel.size, shown.message.size]).toEqual([2, 2])
})
