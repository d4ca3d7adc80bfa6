import { ofBots } from './changes/bots.ts'
import { ofChannels } from './changes/channels.ts'
import { ofDefaultGroups } from './changes/default-groups.ts'
import { ofFolders } from './changes/folders.ts'
import { ofGroups } from './changes/groups.ts'
import { ofKept } from './changes/kept.ts'
import { ofLookingOn } from './changes/looking-on.ts'
import { ofMessages } from './changes/messages.ts'
import { ofOrganisation } from './changes/organisation.ts'
import { ofPeople } from './changes/people.ts'
import type { Cast, Kinds, Member, Play } from './changes/play.ts'
import { ofProfiles } from './changes/profiles.ts'
import { ofSettings } from './changes/settings.ts'
import type { Seeded } from './seeded.ts'

export type { Cast, Member } from './changes/play.ts'

/** Every kind of change that the product has. A new feature adds its own to its domain. */
const ofAll: Kinds = {
  ...ofMessages,
  ...ofChannels,
  ...ofFolders,
  ...ofDefaultGroups,
  ...ofPeople,
  ...ofBots,
  ...ofGroups,
  ...ofProfiles,
  ...ofKept,
  ...ofSettings,
  ...ofOrganisation,
}

/** Changes at random by members of a cast. */
export interface Changes {
  /** Every kind there is. */
  readonly kinds: readonly string[]
  /**
   * Makes one. @returns what kind it was and whether it was possible
   * @throws Error where the product failed: refusing is no failure
   */
  next(): Promise<{ readonly kind: string; readonly done: boolean }>
}

export function changesAtRandom(cast: Cast, random: Seeded): Changes {
  const kinds = cast.lookingOn ? { ...ofAll, ...ofLookingOn } : ofAll
  const leaving: Member[] = []
  const play: Play = {
    ...cast,
    random,
    leaving,
    left: [],
    silent: [],
    sent: [],
    inChannels: [],
    polls: [],
    groups: [],
    bots: [],
    names: 0,
    anybody: () => random.pick([...cast.staying, ...leaving]),
  }
  const [first = '', ...rest] = Object.entries(kinds).flatMap(([kind, [weight]]) =>
    Array.from({ length: weight }, () => kind),
  )
  const missing = new Set(Object.keys(kinds))
  return {
    kinds: Object.keys(kinds),
    async next() {
      // What has not been possible yet is tried more often, so that short runs know every kind too.
      const [rare, ...others] = missing
      const kind =
        rare !== undefined && random.below(3) === 0
          ? random.pick([rare, ...others])
          : random.pick([first, ...rest])
      const answer = await kinds[kind]?.[1](play, play.anybody())
      if (answer && answer.status >= 500 && answer.status !== 503)
        throw new Error(`${kind} answered ${answer.status} ${JSON.stringify(answer.body)}`)
      if (answer?.status === 200) missing.delete(kind)
      return { kind, done: answer?.status === 200 }
    },
  }
}
