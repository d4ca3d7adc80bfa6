import { channelId, groupId, orgId, recipientId, userId } from '@parley/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Actor, role } from '../actor.ts'
import { defaultChannelGroups } from '../channel-groups.ts'
import { decide } from '../rules.ts'
import { defaultRealmGroups } from '../permission-settings.ts'
import { systemGroupsOf } from '../system-groups.ts'

const anybody = fc
  .record({
    as: fc.constantFrom(...Object.values(role)),
    isActive: fc.boolean(),
    isBot: fc.boolean(),
    server: fc.boolean(),
    inOwn: fc.boolean(),
  })
  .map(({ as, isActive, isBot, server, inOwn }): Actor => ({
    orgId: orgId(1),
    userId: userId(1),
    role: as,
    isActive,
    isBot,
    ...(isBot && server ? { isSystemBot: true } : {}),
    botOwnerId: null,
    generation: 1,
    groups: new Set([...systemGroupsOf(as), ...(inOwn ? [groupId(101)] : [])]),
    realmGroups: defaultRealmGroups,
  }))
const anyGroup = fc.constantFrom(2, 3, 5, 8, 101).map(groupId)

test('a topic is begun by whom the channel lets, by a bot whose owner it lets, and by the server', () => {
  fc.assert(
    fc.property(
      anybody,
      anyGroup,
      fc.constantFrom(...Object.values(role)),
      fc.constantFrom(1, 1, 2),
      (who, group, ownerRole, org) => {
        const channel = {
          orgId: orgId(org),
          channelId: channelId(7),
          recipientId: recipientId(8),
          inviteOnly: false,
          historyPublicToSubscribers: true,
          isWebPublic: false,
          archived: false,
          subscribed: true,
          groups: { ...defaultChannelGroups, can_create_topic_group: group },
        }
        const ownerGroups = systemGroupsOf(ownerRole)
        const lets = who.groups.has(group) || (who.isBot && ownerGroups.has(group))
        const may = who.isActive && org === 1 && (who.isSystemBot === true || lets)
        expect(decide('topic:create', who, { channel, ownerGroups }).ok).toBe(may)
      },
    ),
  )
})
