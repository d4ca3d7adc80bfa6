import { expect, test } from 'vitest'
import { channelKind } from './channel-kind.ts'

test.each([
  [false, false, undefined, { inviteOnly: false, isWebPublic: false, historyPublicToSubscribers: true }],
  [false, false, false, { inviteOnly: false, isWebPublic: false, historyPublicToSubscribers: true }],
  [true, false, undefined, { inviteOnly: true, isWebPublic: false, historyPublicToSubscribers: false }],
  [true, false, true, { inviteOnly: true, isWebPublic: false, historyPublicToSubscribers: true }],
  [false, true, undefined, { inviteOnly: false, isWebPublic: true, historyPublicToSubscribers: true }],
  [true, true, undefined, null],
])('private %j, web-public %j, history %j', (inviteOnly, isWebPublic, historyPublicToSubscribers, kind) => {
  expect(channelKind({ inviteOnly, isWebPublic, historyPublicToSubscribers })).toEqual(kind)
})
