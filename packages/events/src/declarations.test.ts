import { expect, test } from 'vitest'
import { declarations } from './declarations.ts'

/** What goes to many and tells of nobody, or names people by id alone: whoever adds one has thought of who may not be seen. */
const ofNobody = new Set([
  'channel.changed',
  'channel.changed-within',
  'channel.created',
  'default-channels.changed',
  'domain.changed',
  'folder.changed',
  'default-groups.changed',
  // To whoever does not see everybody, each gets the members whom they see.
  'group.created',
  'group.deactivated',
  'group.members-added',
  'group.members-removed',
  'group.subgroups-added',
  'group.subgroups-removed',
  'group.updated',
  'message.deleted',
  'message.carried',
  'message.updated',
  'message.updated-within',
  'messages.deleted',
  'messages.deleted-within',
  'messages.withdrawn',
  'organisation.default-set',
  'organisation.ending',
  'organisation.permission-set',
  'organisation.set',
  'peer.added',
  'peer.added-within',
  'peer.removed',
  'peer.removed-within',
  'emoji.set',
  'organisation.picture-set',
  'linkifiers.set',
  'playgrounds.set',
  'profile-fields.set',
  'submessage.added',
])

test('what is told to many says of whom it tells, so that who may not see them learns nothing', () => {
  const many = declarations.filter(
    ({ audience, wire }) => wire.length > 0 && !['users', 'leavers'].includes(audience),
  )
  expect(
    many.filter(({ tellsOf, type }) => tellsOf === null && !ofNobody.has(type)).map(({ type }) => type),
  ).toEqual([])
  expect(
    many.filter(({ tellsOf, type }) => tellsOf !== null && ofNobody.has(type)).map(({ type }) => type),
  ).toEqual([])
})
