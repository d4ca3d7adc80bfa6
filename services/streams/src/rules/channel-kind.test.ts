import { expect, test } from 'vitest'
import { channelKind } from './channel-kind.ts'

test.each([
  [false, false, undefined, { inviteOnly: false, isWebPublic: false, historyPublicToSubscribers: true }],
  [false, false, true, { inviteOnly: false, isWebPublic: false, historyPublicToSubscribers: true }],
  [false, false, false, { refusal: 'Only private channels can have protected history.' }],
  [true, false, undefined, { inviteOnly: true, isWebPublic: false, historyPublicToSubscribers: false }],
  [true, false, true, { inviteOnly: true, isWebPublic: false, historyPublicToSubscribers: true }],
  [false, true, undefined, { inviteOnly: false, isWebPublic: true, historyPublicToSubscribers: true }],
  [false, true, false, { refusal: 'Only private channels can have protected history.' }],
  [true, true, undefined, { refusal: 'Private channels cannot be web-public.' }],
  [true, true, false, { refusal: 'Private channels cannot be web-public.' }],
])('private %j, web-public %j, history %j', (inviteOnly, isWebPublic, historyPublicToSubscribers, kind) => {
  expect(channelKind({ inviteOnly, isWebPublic, historyPublicToSubscribers })).toEqual(kind)
})
