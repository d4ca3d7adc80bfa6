import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, json, optional, type Param, pathInt, text, withDefault } from '../param.ts'

/** Minutes that an invitation lives unless another time is given (ten days), and at most (two years). */
export const invitationMinutes = 14_400
const mostMinutes = 1_051_200
/** Most channels, and most groups, that one invitation leads into. */
const mostTargets = 100
/** Most invitations by mail of one person, and of an organisation, in a day; what is sent again counts too. */
export const maxInvitesByPerson = 100
export const maxInvites = 500
/** Most mails that one person has sent to one address in a day, and that one address gets of an organisation in a day. */
export const maxInvitesToOne = 3
export const maxMailsToOne = 6
/** Most links of an organisation that are in use at a time. */
export const maxLinks = 500
/** Most invitations that are open at a time, links too: of one person, and of an organisation. */
export const maxOpenByPerson = 1_000
export const maxOpen = 5_000

const Role = z.literal([100, 200, 300, 400, 600])
const ids = z.array(z.int().min(0)).max(mostTargets)
/** Null: it never ends by itself. */
const lifetime: Param<number | null> = {
  ...json(z.int().min(1).max(mostMinutes).nullable()),
  schema: z
    .int()
    .min(1)
    .max(mostMinutes)
    .nullish()
    .transform((minutes) => (minutes === undefined ? invitationMinutes : minutes)),
  required: false,
}

const given = {
  invite_expires_in_minutes: lifetime,
  invite_as: withDefault(json(Role), 400),
  group_ids: withDefault(json(ids), []),
  include_realm_default_subscriptions: withDefault(bool(), false),
  welcome_message_custom_text: optional(text(8_000)),
}

const own = { service: 'auth', limits: apiByUser, callers: ['gateway'] } as const
const path = '/api/v1/invites'

/** An invitation that is open. A link is told once, by the answer that makes it: `link_url` is empty here. */
export const Invite = z.object({
  id: z.int(),
  invited_by_user_id: z.int(),
  /** Seconds since the Unix epoch. */
  invited: z.int(),
  expiry_date: z.int().nullable(),
  invited_as: Role,
  email: z.string().optional(),
  notify_referrer_on_join: z.boolean().optional(),
  link_url: z.string(),
  is_multiuse: z.boolean(),
})
export type Invite = z.infer<typeof Invite>

/** Invitations that are open: one's own, and those that administrators see. */
export const getInvites = operation({
  ...own,
  id: 'get-invites',
  method: 'GET',
  path,
  access: 'invitation:list',
  transaction: 'read',
  params: {},
  response: z.object({ invites: z.array(Invite) }),
})

/** Invites people by mail, all of them or, where some are here already, the others. */
export const sendInvites = operation({
  ...own,
  id: 'send-invites',
  method: 'POST',
  path,
  access: 'invitation:create',
  // Who was invited stays so where others were not.
  transaction: 'own',
  params: {
    ...given,
    invitee_emails: text(),
    stream_ids: json(ids),
    notify_referrer_on_join: withDefault(bool(), true),
  },
  response: z.object({}),
})

/** Makes a link by which any number of people come in. */
export const createInviteLink = operation({
  ...own,
  id: 'create-invite-link',
  method: 'POST',
  path: `${path}/multiuse`,
  access: 'invitation:create',
  transaction: 'turn',
  params: { ...given, stream_ids: withDefault(json(ids), []) },
  response: z.object({ invite_link: z.string() }),
})

const one = {
  ...own,
  access: 'invitation:manage',
  transaction: 'write',
  params: { invite_id: pathInt() },
  response: z.object({}),
} as const

/** Takes back an invitation by mail. */
export const revokeEmailInvite = operation({
  ...one,
  id: 'revoke-email-invite',
  method: 'DELETE',
  path: `${path}/{invite_id}`,
})

/** Takes back a link. */
export const revokeInviteLink = operation({
  ...one,
  id: 'revoke-invite-link',
  method: 'DELETE',
  path: `${path}/multiuse/{invite_id}`,
})

/** Sends an invitation again, with another secret: the ones before open nothing any more. */
export const resendEmailInvite = operation({
  ...one,
  transaction: 'turn',
  id: 'resend-email-invite',
  method: 'POST',
  path: `${path}/{invite_id}/resend`,
})
