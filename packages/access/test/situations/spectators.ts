import { orgId } from '@parley/core'
import type { ChannelFacts } from '../../src/facts.ts'
import type { SpectatorAction, SpectatorObjects } from '../../src/spectator.ts'
import { channels, message, nothing, open } from './subjects.ts'

const webPublic: ChannelFacts = { ...open, isWebPublic: true }
const ofSpectators: readonly (readonly [string, ChannelFacts])[] = [
  ...channels,
  ['web-public, archived', { ...webPublic, archived: true }],
  ['web-public, of another organisation', { ...webPublic, orgId: orgId(2) }],
]

/** For every action of who has no account the situations that the printed policy shows. */
export const spectating: {
  readonly [A in SpectatorAction]: readonly (readonly [name: string, object: SpectatorObjects[A]])[]
} = {
  'spectator:look': nothing,
  'spectator:channel': ofSpectators,
  'spectator:message': [
    ...ofSpectators.map(([name, channel]) => [name, message(channel, false)] as const),
    ['direct', message(null, false)],
  ],
}
