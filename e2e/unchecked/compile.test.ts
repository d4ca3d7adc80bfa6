import { expect, test } from 'vitest'
import { compiled } from './compiled.ts'
import { repoFunctions } from './repositories.ts'
import { meant, snippetsFor } from './snippets.ts'

/** Functions of repositories that take no proof, and why they need none. */
const withoutProof: Readonly<Record<string, string>> = {
  'audit readTree': 'hashes of acts without content; asked for by the operator’s call and the consumer only',
  'audit holdTree': 'the same',
  'audit addLeaves': 'writes what the consumer made of a logged act, which was decided when it was done',
  'audit readLeaves': 'as readTree',
  'audit readOrganisations': 'numbers of organisations, for the operator’s call',
  'auth findOrganisation': 'a subdomain is public',
  'auth drawOrganisation': 'draws a number',
  'auth drawLinkifierId': 'draws a number',
  'auth insertOrganisation': 'before it there is nobody a rule could ask: the caller list decides',
  'auth insertSystemBot': 'before its organisation there is nobody a rule could ask: the caller list decides',
  'auth readSettingsDefaults': 'what new accounts begin with: everybody in the organisation is told',
  'auth readOrganisation': 'shown before anybody signs in',
  'auth readIcon': 'the same',
  'auth organisationsWithFull': 'numbers of organisations',
  'auth organisationsWithMail': 'the same',
  'auth organisationsInUse': 'the same',
  'auth claimEmailChange': 'as claimMail, for mails about an address',
  'auth dropEmailMail': 'as dropMail',
  'auth insertEmailSecret': 'as insertSecret',
  'auth claimMail': 'which mail that was decided on is due; whom it is for is read where it is written',
  'auth dropMail': 'drops what was sent so',
  'auth insertSecret': 'keeps a hash for what was decided on; reads nothing',
  'auth sweepValues': 'deletes what nothing refers to; answers how much',
  'auth settleFull': 'writes down what time has decided; who they are everybody is told',
  'auth holdAccount': 'locks a row and reads nothing of it',
  'gateway readHeads': 'numbers of logs',
  'gateway leaseStore': 'the gateway’s own lease',
  'gateway fromLog': 'changes a value’s shape',
  'gateway logReader': 'the live feed: who sees an event is decided for each receiver (live/visibility)',
  'gateway audienceReader': 'the same, when a queue catches up',
  'gateway loadMembers': 'the facts by which that is decided',
  'gateway createFindQueue': 'found by its owner only; what it delivers is decided event by event',
  'gateway touchQueues': 'positions of queues that are being served',
  'gateway sweepQueues': 'deletes what has expired',
  'gateway stirring': 'reads nothing',
  'messaging unsettledOrganisations': 'numbers of organisations',
  'messaging readAlertLists': 'for the service itself, which only counts whom a text alerts',
  'messaging readLinkifiers': 'everybody in the organisation is told of them',
  'messaging readStillShown': 'only keeps back what was decided to be told',
  'messaging readLinkifierVersion': 'a number',
  'messaging settleWords': 'reads nothing that leaves the database',
  'messaging dueOrganisations': 'the same',
  'messaging claimDue':
    'what is due is decided on when it is taken, as its writer’s act, and nobody else sees it',
  'messaging claimAgain': 'the same, of one that was taken before',
  'messaging dropDue': 'drops what was taken so; reads nothing',
  'messaging failScheduled': 'marks what was taken so; reads nothing',
  'messaging expiringOrganisations': 'numbers of organisations, for the job that takes old messages away',
  'messaging readPlaces': 'numbers of recipients, for the same',
  'messaging readExpired': 'what the law is asked about before any of it is taken away',
  'messaging putOffScheduled': 'puts off what was taken; its writer is told',
  'messaging bounded': 'sets how long statements may take',
  'messaging placeOf': 'says of a proof, which it takes by the type of another function, what it is about',
  'messaging reachedBy': 'a place among ids from which searches begin; nobody is told of it',
  'messaging matchingWords': 'compares words that are given, of messages read against a proof',
  'messaging receivedSql': 'a text of SQL; the statement that takes it asks for the proof',
  'messaging spansSql': 'the same',
  'messaging knownSpansSql': 'the same',
  'messaging ruleSql': 'the same',
  'messaging readAtBirth': 'the same',
  'messaging readAtBirthOf': 'the same',
  'messaging recipientConditions': 'the same',
  'messaging messageConditions': 'the same',
  'messaging lookingAt': 'the same',
  'messaging asksForPolicies': 'the same',
  'messaging channelMuted': 'the same',
  'messaging wantedTopics': 'the same',
  'messaging policyCondition': 'the same',
  'streams channelQuery': 'the same',
  'streams rowsWhere': 'the same',
  'streams subscribedTo': 'the same',
  'streams readDefaults': 'numbers of public channels; guests are not told',
  'streams askDatabase': 'reads nothing',
  'uploads askDatabase': 'reads nothing',
  'uploads avatarsFixed': 'a setting that everybody is told of: the fact that the rule asks for',
  'uploads findEmoji':
    'who made an emoji, which everybody in the organisation is told of: the fact that the rule asks for',
  'uploads readPictures': 'shown before anybody signs in',
  'uploads readPublicImage': 'whoever has its address, which nobody guesses, may have the image',
  'uploads unwrapKey': 'reads nothing',
}

const functions = repoFunctions()
const nameOf = ({ file, name }: (typeof functions)[number]): string => `${file.split('/')[1]} ${name}`

test('AC-01 every function of a repository takes a proof, or has a reason not to', () => {
  const without = functions.filter(({ proofs }) => proofs.length === 0).map(nameOf)
  expect(without.sort()).toEqual(Object.keys(withoutProof).sort())
  expect(functions.length - without.length).toBeGreaterThan(35)
})

test('without the proof it asks for, no call of a repository compiles', async () => {
  const snippets = snippetsFor(functions.filter(({ proofs }) => proofs.length > 0))
  const { of, elsewhere } = await compiled(snippets)
  expect(elsewhere).toEqual([])
  const named = (attempt: string): [string, readonly string[]][] =>
    [...of].filter(([name]) => name.endsWith(`: ${attempt}`))
  expect(named('a copy').length).toBe(named(meant).length)
  // What is right compiles, so a refusal is about the proof.
  expect(named(meant).filter(([, said]) => said.length > 0)).toEqual([])
  const wrong = [...of].filter(([name]) => !name.endsWith(`: ${meant}`))
  // The argument as a whole does not fit, or what it lacks is named.
  const refusal =
    /^TS2345: Argument |^TS2741: Property '\S+' is missing in type |^TS2739: Type '.+' is missing the following properties from type /
  const strange = wrong.filter(([, said]) => said.length !== 1 || !refusal.test(said[0] ?? ''))
  expect(strange).toEqual([])
}, 180_000)
