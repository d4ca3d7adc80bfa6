import { type Operation, parseParams, type Principal } from '@parley/api'
import { AppError, orgId, rights, userId } from '@parley/core'
import {
  type ActorAndRights,
  type Database,
  onOneTrip,
  readActor,
  readRights,
  takeTurn,
  type Tx,
} from '@parley/db'
import type { Asking, Looking, Route } from '../route.ts'
import { Written } from '../written.ts'
import { commit, deciding } from './commit.ts'
import { grant } from './grant.ts'
import { inLine } from './in-line.ts'
import { stale, stillGood, stillWaitedFor } from './commit-asked.ts'
import { noTransaction } from './no-transaction.ts'
import { type Answered, type Asked, type Running, waitingOf } from './running.ts'

/**
 * Runs one operation: caller list, principal, validation; then in one transaction actor, rights, facts, rule and
 * handler; then hint and barrier. Decides again, three times in all, where rights moved meanwhile.
 * @throws AppError for whatever the caller may know; anything else is a fault of ours
 */
export async function runOperation<C, T extends Tx>(running: Running<C, T>, asked: Asked): Promise<Answered> {
  const route = running.routes.get(asked.op)
  if (!route) throw new AppError('NOT_FOUND', 'Not Found')
  const { operation } = route
  if (!operation.callers.includes(asked.caller)) throw notACaller()
  const spectator = spectatorOf(route, asked)
  const { input, ignored } = parseParams(operation.params, asked.raw)
  const done = await together(running, route, asked, input)
  if (done) return { data: done.answer, ignored }
  return {
    data: await deciding((time) => attempt(running, { ...route, spectator }, asked, input, time)),
    ignored,
  }
}

/** Together with others that come at the same time, where it is one for that. */
async function together<C, T extends Tx>(
  running: Running<C, T>,
  route: Route<C, T>,
  asked: Asked,
  input: Record<string, unknown>,
): Promise<{ readonly answer: unknown } | null> {
  const { principal } = asked
  const { joined } = route
  if (!running.gathered || !joined || !principal) return null
  const wish = joined.part.wish(input)
  return wish === null
    ? null
    : running.gathered.take(running, { route, joined, asked, principal, input, wish })
}

/** The certificate was good, the caller list was not. */
export const notACaller = (): AppError => new AppError('UNAUTHORIZED', 'This caller may not make this call')

/** Nobody asks, or somebody who is shown nothing: the two are answered alike. */
export const notLoggedIn = (): AppError =>
  new AppError('UNAUTHORIZED', 'Not logged in: API authentication or user session required')

/** What answers this very request for who has no account; null where it is somebody's, or asks for nobody. */
function spectatorOf<C, T extends Tx>(
  { operation, spectator }: Route<C, T>,
  { principal, request }: Asked,
): Route<C, T>['spectator'] {
  if (principal && principal.org !== request.org) throw notLoggedIn()
  if (principal || operation.access === 'public') return null
  // Nobody acts: the handler of accounts, which takes somebody for granted, is never reached.
  if (!operation.spectators || !spectator) throw notLoggedIn()
  return spectator
}

async function attempt<C, T extends Tx>(
  running: Running<C, T>,
  route: Route<C, T>,
  asked: Asked,
  input: Record<string, unknown>,
  time: number,
): Promise<unknown> {
  const { database } = running
  const org = orgId(asked.request.org)
  const within = async (tx: T, who = whoIn(tx, asked.principal)): Promise<unknown> =>
    decideAndHandle(running, route, asked, input, tx, await who)
  const { revokes } = route.operation
  const committed = (
    decided: (tx: T) => Promise<unknown>,
    ahead: number,
    on: Pick<Database<T>, 'read' | 'write'> = database,
  ): Promise<unknown> =>
    commit(
      { afterCommit: running.afterCommit, database: on },
      org,
      async (tx) => {
        const data = await decided(tx)
        stillWaitedFor(asked.signal)
        return data
      },
      ahead,
      revokes,
    )
  switch (route.operation.transaction) {
    case 'own':
      return decideAndHandle(
        running,
        route,
        asked,
        input,
        noTransaction<T>(asked.op),
        await whoOwn(running, asked.principal),
      )
    case 'read':
      return database.read(org, (tx) => within(tx))
    case 'write':
      return committed((tx) => within(tx), time)
    case 'turn':
      return committed(
        (tx) => within(tx, whoInTurn(tx, asked.principal)),
        1,
        inLine(database, running.turns, waitingOf(asked, revokes)),
      )
  }
}

async function whoIn(tx: Tx, principal: Principal | null): Promise<ActorAndRights> {
  return principal ? readActor(tx, userId(principal.user)) : { actor: null, rights: await readRights(tx) }
}

/** Whoever was overtaken while waiting is read as they are now: the lock is had before the statement behind it begins. */
async function whoInTurn(tx: Tx, principal: Principal | null): Promise<ActorAndRights> {
  const [, who] = await onOneTrip(takeTurn(tx), whoIn(tx, principal))
  return who
}

async function whoOwn<C, T extends Tx>(
  { actors, database }: Running<C, T>,
  principal: Principal | null,
): Promise<ActorAndRights> {
  if (!principal) return { actor: null, rights: rights(0) }
  if (actors) return actors(principal)
  return database.read(orgId(principal.org), (tx) => readActor(tx, userId(principal.user)))
}

async function decideAndHandle<C, T extends Tx>(
  { ctx }: Running<C, T>,
  route: Route<C, T>,
  asked: Asked,
  input: Record<string, unknown>,
  tx: T,
  { actor, rights }: ActorAndRights,
): Promise<unknown> {
  const { principal, request, signal } = asked
  if (route.spectator) {
    const looking = { input, request, tx, ctx, signal } as Looking<Operation, C, T>
    const shown = await route.spectator(looking)
    return shown instanceof Written ? shown : route.operation.response.parse(shown)
  }
  if (principal && !stillGood(actor, principal)) throw stale()
  // The operation's own parameters parsed the input, and `spectatorOf` has seen that somebody asks.
  const asking = { input, principal, actor, rights, request, tx, ctx, signal } as Asking<Operation, C, T>
  const granted = await grant(route, asking, actor, rights)
  const answer = await route.handler({ ...asking, granted } as Parameters<typeof route.handler>[0])
  return answer instanceof Written ? answer : route.operation.response.parse(answer)
}
