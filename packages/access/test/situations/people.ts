import { orgId } from '@parley/core'
import { botType } from '../../src/actions/bot.ts'
import { role } from '../../src/actor.ts'
import { systemGroupsOf } from '../../src/system-groups.ts'
import type { Situation, SituationsOfSome } from './situation.ts'
import {
  account,
  address,
  bot,
  bots,
  creating,
  invited,
  joining,
  members,
  moderators,
  nothing,
  onlyModeratorsMakeBots,
  org,
  other,
  outside,
  ownBot,
  ownerless,
  person,
  self,
  stranger,
} from './subjects.ts'

/** Of accounts, bots, organisations, and who comes in. */
export const ofPeople = {
  'self:use': nothing,
  'self:be-there': nothing,
  'self:describe': nothing,
  'self:depict': [
    ['as the organisation lets everybody', { disabled: false }],
    ['where only administrators may', { disabled: true }],
  ],
  'self:set': nothing,
  'self:readdress': [
    ['one that is let in', { kept: false, address }],
    ['one that is not', { kept: false, address: outside }],
    ['where addresses are kept', { kept: true, address }],
    ['where they are kept, one that is not let in', { kept: true, address: outside }],
  ],
  'self:store': nothing,
  'bot:list': nothing,
  'bot:create': [
    ['of every use', { type: botType.generic }],
    ['that sends only', { type: botType.incomingWebhook }],
    ['of every use, for moderators', { type: botType.generic }, moderators('can_create_bots_group')],
    ['that sends only, for moderators', { type: botType.incomingWebhook }, onlyModeratorsMakeBots],
    [
      'that sends only, where moderators make the others',
      { type: botType.incomingWebhook },
      moderators('can_create_bots_group'),
    ],
  ],
  'bot:manage': bots,
  'bot:end': bots,
  'bot:set-role': [
    ['one’s own becomes a guest', { target: ownBot, role: role.guest }],
    ['one’s own becomes a moderator', { target: ownBot, role: role.moderator }],
    ['another’s becomes a guest', { target: bot, role: role.guest }],
    ['another member’s becomes an administrator', { target: bot, role: role.admin }],
    ['an administrator’s becomes one', { target: { ...bot, bot: creating.bot }, role: role.admin }],
  ],
  'bot:give': [
    ['one’s own, to a member', { target: ownBot, to: person(role.member), full: false }],
    ['another’s, to a member', { target: bot, to: person(role.member), full: false }],
    ['one’s own, to nobody', { target: ownBot, to: null, full: false }],
    ['one’s own, to a guest', { target: ownBot, to: person(role.guest), full: false }],
    ['one’s own, to a bot', { target: ownBot, to: { ...person(role.member), isBot: true }, full: false }],
    [
      'one’s own, to who is gone',
      { target: ownBot, to: { ...person(role.member), isActive: false }, full: false },
    ],
    [
      'one’s own moderator, to a member',
      { target: { ...ownBot, role: role.moderator }, to: person(role.member), full: true },
    ],
    ['one’s own full member, to a full one', { target: ownBot, to: person(role.member), full: true }],
    [
      'one’s own full member, to one who waits',
      {
        target: ownBot,
        to: { ...person(role.member), groups: new Set(systemGroupsOf(role.member, false)) },
        full: true,
      },
    ],
  ],
  'organisation:read': nothing,
  'organisation:change': [
    ['what administrators set', { ownersOnly: false }],
    ['what owners set', { ownersOnly: true }],
  ],
  'organisation:end': nothing,
  'organisation:restore': nothing,
  'emoji:add': [
    ['under a name of its own', { hidesBuiltIn: false }],
    ['under the name of one that everybody has', { hidesBuiltIn: true }],
    ['for moderators only', { hidesBuiltIn: false }, moderators('can_add_custom_emoji_group')],
  ],
  'emoji:deactivate': [
    ['one’s own', { orgId: org, emojiId: 5, authorId: self }],
    ['another’s', { orgId: org, emojiId: 5, authorId: other }],
    ['of another organisation', { orgId: orgId(2), emojiId: 5, authorId: self }],
  ],
  'invitation:list': nothing,
  'invitation:create': [
    ['a member, by mail', invited],
    ['a member, by mail, moderators may', invited, moderators('can_invite_users_group')],
    ['a member, by a link', { ...invited, multiuse: true }],
    [
      'a member, by a link, members may',
      { ...invited, multiuse: true },
      members('create_multiuse_invite_group'),
    ],
    ['a guest', { ...invited, role: role.guest }],
    ['a moderator', { ...invited, role: role.moderator }],
    ['an owner', { ...invited, role: role.owner }],
    ['a member, with a text of one’s own', { ...invited, welcomes: true }],
  ],
  'invitation:manage': [
    ['one’s own', { orgId: org, inviterId: self, role: role.member }],
    ['another’s', { orgId: org, inviterId: other, role: role.member }],
    ['another’s, for an owner', { orgId: org, inviterId: other, role: role.owner }],
    ['of another organisation', { orgId: orgId(2), inviterId: self, role: role.member }],
  ],
  'user:join': [
    ['a member, whom the actor invited', joining],
    [
      'a moderator, whom the actor invited',
      { ...joining, role: role.moderator, invitation: { ...invited, role: role.moderator } },
    ],
    ['another role than the invitation says', { ...joining, role: role.moderator }],
    ['with an address that is not let in', { ...joining, address: outside }],
    ['without an invitation', { ...joining, invitation: null, inviteRequired: false }],
  ],
  'user:list': nothing,
  'user:see': (
    [
      ['anybody', stranger],
      ['one met in a channel or a conversation', { ...stranger, met: true }],
      ['a bot', { ...stranger, isBot: true }],
      ['oneself', { ...stranger, userId: self }],
      ['somebody of another organisation', { ...stranger, orgId: orgId(2), met: true }],
    ] as const
  ).flatMap(([who, facts]): Situation<'user:see'>[] => [
    [who, facts],
    [`${who}, guests see whom they have met`, facts, members('can_access_all_users_group')],
  ]),
  'user:create': [
    ['a member, the operator allows it', { role: role.member, operatorAllows: true, address }],
    ['an owner, the operator allows it', { role: role.owner, operatorAllows: true, address }],
    ['a member, the operator does not', { role: role.member, operatorAllows: false, address }],
    [
      'a member with an address that is not let in',
      { role: role.member, operatorAllows: true, address: outside },
    ],
  ],
  'user:deactivate': [
    ['a member', account],
    ['an owner', { ...account, role: role.owner }],
    ['the last owner', { ...account, role: role.owner, isLastOwner: true }],
    ['a bot', { ...account, isBot: true }],
    ['somebody of another organisation', { ...account, orgId: orgId(2) }],
  ],
  'user:leave': [
    ['anybody', { ...account, userId: self }],
    ['the last owner', { ...account, userId: self, role: role.owner, isLastOwner: true }],
  ],
  'user:reactivate': [
    ['a member', { ...account, isActive: false }],
    ['an owner', { ...account, isActive: false, role: role.owner }],
    ['a bot', { ...bot, isActive: false }],
    ['a bot, for moderators', { ...bot, isActive: false }, moderators('can_create_bots_group')],
    ['a bot that is above its owner', { ...bot, isActive: false, role: role.moderator }],
    ['the server’s bot', { ...ownerless, isActive: false }],
    ['somebody of another organisation', { ...account, isActive: false, orgId: orgId(2) }],
  ],
  'user:rename': [
    ['a member', account],
    ['one’s own bot', { ...account, isBot: true, botOwnerId: self }],
    ['another’s bot', { ...account, isBot: true, botOwnerId: other }],
    ['somebody of another organisation', { ...account, orgId: orgId(2) }],
  ],
  'user:set-role': [
    ['a member becomes a moderator', { target: account, role: role.moderator }],
    ['a member becomes an administrator', { target: account, role: role.admin }],
    ['a member becomes an owner', { target: account, role: role.owner }],
    ['an owner becomes a member', { target: { ...account, role: role.owner }, role: role.member }],
    [
      'the last owner becomes an administrator',
      { target: { ...account, role: role.owner, isLastOwner: true }, role: role.admin },
    ],
    ['of another organisation', { target: { ...account, orgId: orgId(2) }, role: role.guest }],
    ['a member’s bot becomes a moderator', { target: bot, role: role.moderator }],
  ],
} satisfies SituationsOfSome
