import type { Recent } from './ring.ts'
import type { Move } from './visibility.ts'
import type { Since } from './whereabouts.ts'

type Told = Pick<Recent, 'seq' | 'effect'>

/** Where a user came and went, by what memory holds of the log. */
export function movesIn(recents: readonly Told[], user: number): Move[] {
  return recents.flatMap(({ seq, effect }) => {
    const moved =
      (effect?.kind === 'joined' || effect?.kind === 'left' || effect?.kind === 'withheld') &&
      effect.users.includes(user)
    return moved ? [{ seq, kind: effect.kind, channel: effect.channel }] : []
  })
}

/** What became of messages and channels, by what memory holds of the log. */
export const sinceIn = (recents: readonly Told[]): Since => ({
  relocated: recents.flatMap(({ seq, effect }) =>
    effect?.kind === 'relocated' ? [{ seq, places: effect.places }] : [],
  ),
  closings: recents.flatMap(({ seq, effect }) =>
    effect?.kind === 'withheld' || effect?.kind === 'closed' ? [{ seq, channel: effect.channel }] : [],
  ),
})
