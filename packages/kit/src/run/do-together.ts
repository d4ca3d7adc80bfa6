import { AppError, type OrgId, type Rights, seq, userId } from '@parley/core'
import { onOneTrip, readActors, takeTurn, type Tx } from '@parley/db'
import type { ActorAndRights } from '@parley/db'
import type { Operation } from '@parley/api'
import type { Asking } from '../handling.ts'
import type { Appended } from './after-commit.ts'
import { deciding } from './commit.ts'
import { stale, stillGood, stillWaitedFor } from './commit-asked.ts'
import { grant } from './grant.ts'
import type { Pending } from './pending.ts'
import type { Running } from './running.ts'

type Decided = { readonly change: unknown } | { readonly refused: unknown }
/** By request: its answer, how it was refused, or null where it is to be done by itself. */
type Outcome = { readonly answer: unknown } | { readonly refused: unknown } | null

interface Written {
  readonly outcomes: readonly Outcome[]
  readonly appended: Appended | null
  readonly rights: Rights
}

/** Does all of these in one turn and one transaction, and tells each what became of it. Never fails. */
export async function doTogether<C, T extends Tx>(
  running: Running<C, T>,
  org: OrgId,
  batch: readonly [Pending<C, T>, ...Pending<C, T>[]],
): Promise<void> {
  const waiting = {
    // Nobody's: that one of them asks for much elsewhere must not have the others refused.
    account: 0,
    revokes: batch.some(({ route }) => route.operation.revokes),
    bytes: 0,
    // Whoever of them has hung up is left out when their turn has come.
    signal: new AbortController().signal,
  }
  const work = (): Promise<Written> => deciding(() => write(running, org, batch))
  try {
    const { outcomes, appended, rights } = await (running.turns
      ? running.turns.take(org, waiting, work)
      : work())
    if (appended) running.afterCommit.hint(org, appended.seq)
    // What was taken away is not after the event that moved rights last, also where another did it before.
    const barrier = batch.some(({ route }, i) => route.operation.revokes && isAnswer(outcomes[i]))
      ? running.afterCommit.barrier(org, appended?.revokes ? appended.seq : seq(rights))
      : Promise.resolve()
    batch.forEach(({ route, settle }, i) => {
      const outcome = outcomes[i] ?? null
      if (outcome && 'refused' in outcome) settle.reject(outcome.refused)
      else if (outcome && route.operation.revokes) barrier.then(() => settle.resolve(outcome), settle.reject)
      else settle.resolve(outcome)
    })
  } catch (error) {
    // Surely rolled back: what one of them brings about must not fail the others.
    for (const { settle } of batch)
      if (error instanceof AppError) settle.reject(error)
      else settle.resolve(null)
  }
}

const isAnswer = (outcome: Outcome | undefined): boolean => Boolean(outcome && 'answer' in outcome)

async function write<C, T extends Tx>(
  { database, afterCommit, ctx }: Running<C, T>,
  org: OrgId,
  batch: readonly [Pending<C, T>, ...Pending<C, T>[]],
): Promise<Written> {
  const { together } = batch[0].joined
  return database.write(org, async (tx) => {
    const users = [...new Set(batch.map(({ principal }) => userId(principal.user)))]
    const wished = batch.map(({ principal, wish }) => ({ user: principal.user, wish }))
    const [, [who, facts]] = await onOneTrip(
      takeTurn(tx),
      onOneTrip(readActors(tx, users), together.facts(tx, wished)),
    )
    const decided: Decided[] = []
    for (const [i, pending] of batch.entries())
      decided.push(await pending.within(() => decide(ctx, tx, pending, who, facts[i])))
    const changes = decided.flatMap((one) => ('change' in one && one.change !== null ? [one.change] : []))
    const { rights } = who
    const changing = changes.length === 0 ? null : await together.change({ tx, ctx, rights }, changes)
    const answers = (changing?.answers ?? []).values()
    const outcomes = batch.map(({ route }, i): Outcome => {
      const one = decided[i]
      if (!one || 'refused' in one) return one ?? null
      return one.change === null ? null : { answer: route.operation.response.parse(answers.next().value) }
    })
    await changing?.end()
    return { outcomes, appended: afterCommit.appendedIn(tx), rights }
  })
}

async function decide<C, T extends Tx>(
  ctx: C,
  tx: T,
  { route, joined, asked, principal, input }: Pending<C, T>,
  {
    actors,
    rights,
  }: { readonly actors: ReadonlyMap<number, ActorAndRights['actor']>; readonly rights: Rights },
  facts: unknown,
): Promise<Decided> {
  const { request, signal } = asked
  try {
    stillWaitedFor(signal)
    const actor = actors.get(principal.user) ?? null
    if (!stillGood(actor, principal)) throw stale()
    // As in the runner for one alone.
    const asking = { input, principal, actor, rights, request, tx, ctx, signal } as Asking<Operation, C, T>
    const granted = await grant(route, asking, actor, rights)
    const handling = { ...asking, granted } as Parameters<typeof joined.part.decide>[0]
    return { change: joined.part.decide(handling, facts) }
  } catch (refused) {
    return { refused }
  }
}
