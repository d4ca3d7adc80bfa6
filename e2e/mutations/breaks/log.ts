import type { Break } from './break.ts'

/** One log: a snapshot and what follows it fit. */
export const log: readonly Break[] = [
  {
    name: 'messaging reads its part of a snapshot at another moment',
    invariant: 2,
    file: 'services/messaging/src/routes/snapshot.ts',
    from: 'ctx.database.at(orgId(input.org), input.snapshot, async (tx) => {',
    to: 'ctx.database.read(orgId(input.org), async (tx) => {',
    test: 'e2e/snapshot/snapshot.test.ts',
  },
  {
    name: 'nobody is told that what they left unread is read',
    invariant: 2,
    file: 'services/streams/src/memberships.ts',
    from: 'mostUnread: mostTold(leaving.length)',
    to: 'mostUnread: Math.min(0, mostTold(leaving.length))',
    test: 'e2e/snapshot/snapshot.test.ts',
  },
  {
    name: 'what bots have unread where they are not stays so when the channel is closed',
    invariant: 2,
    file: 'services/streams/src/change-channel.ts',
    from: 'if (!before.invite_only && after.invite_only)\n',
    to: 'if (Number.isNaN(id))\n',
    test: 'services/gateway/test/mentioned-bots-law.test.ts',
  },
]
