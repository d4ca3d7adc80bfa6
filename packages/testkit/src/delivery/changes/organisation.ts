import { z } from 'zod'
import { smallPicture } from '../../small-picture.ts'
import { type Change, type Kinds, letters, oneChannel, oneGroup } from './play.ts'

const changeOrganisation: Change = async ({ random, owner }) =>
  owner.patch('/realm', {
    [random.pick(['name', 'description'])]: `Organisation ${random.below(1000)}`,
    [random.pick(['enable_read_receipts', 'inline_image_preview'])]: random.below(2) === 0,
    message_content_edit_limit_seconds: random.pick([600, 900, 'unlimited']),
    max_topic_length: random.pick([40, 60]),
  })

/** All accounts are young: everybody waits, or nobody. */
const changeWaitingPeriod: Change = async ({ random, owner }) =>
  owner.patch('/realm', { waiting_period_threshold: random.pick([0, 0, 1, 30]) })

/** Permissions of the organisation, and the groups that they begin with. */
const realmPermissions = [
  ['can_create_groups', 3],
  ['can_manage_all_groups', 7],
  ['can_add_subscribers_group', 3],
  ['can_create_private_channel_group', 3],
  ['can_create_public_channel_group', 3],
  ['can_mention_many_users_group', 6],
  ['can_delete_own_message_group', 2],
  ['can_move_messages_between_channels_group', 3],
  ['can_move_messages_between_topics_group', 2],
  ['direct_message_initiator_group', 2],
  ['direct_message_permission_group', 2],
] as const

/** One at a time, all others back to how they began: else ever fewer changes would be possible. */
const changeRealmPermission: Change = async (play) => {
  const { random, owner, anybody } = play
  const [name] = random.pick<(typeof realmPermissions)[number]>(realmPermissions)
  const people = { direct_members: [owner.id, anybody().id], direct_subgroups: [random.pick([5, 6])] }
  const value = random.pick<unknown>([4, 5, people, people, oneGroup(play)])
  const first = Object.fromEntries(realmPermissions.map(([other, group]) => [other, { new: group }]))
  return owner.patch('/realm', { ...first, [name]: { new: value } })
}

/** Whom guests see: everybody, or whom they have met. */
const limitGuests: Change = ({ random, owner }) =>
  owner.patch('/realm', { can_access_all_users_group: { new: random.pick([2, 3, 3]) } })

/** Whether there may be web-public channels; mostly so. */
const letSpectators: Change = ({ random, owner }) =>
  owner.patch('/realm', { enable_spectator_access: random.below(4) > 0 })

const changePlaygrounds: Change = async ({ random, owner }) => {
  const numbers = z.object({ realm_playgrounds: z.array(z.object({ id: z.int() })) })
  const answer = await owner.post('/register', { fetch_event_types: ['realm_playgrounds'] })
  const [first] = numbers.parse(answer.body).realm_playgrounds
  if (first && random.below(2) === 0) return owner.delete(`/realm/playgrounds/${first.id}`)
  return owner.post('/realm/playgrounds', {
    name: `Playground ${letters(random.below(600))}`,
    pygments_language: 'Rust',
    url_template: 'https://play.example/?code={code}',
  })
}

const changeDomains: Change = async ({ random, owner }) => {
  const known = z.object({ domains: z.array(z.object({ domain: z.string() })) })
  const [first] = known.parse((await owner.get('/realm/domains')).body).domains
  const allow_subdomains = random.below(2) === 0
  switch (first ? random.below(3) : 0) {
    case 1:
      return owner.patch(`/realm/domains/${first?.domain}`, { allow_subdomains })
    case 2:
      return owner.delete(`/realm/domains/${first?.domain}`)
    default:
      return owner.post('/realm/domains', {
        domain: `${letters(random.below(600))}.example`,
        allow_subdomains,
      })
  }
}

const Ids = z.object({ linkifiers: z.array(z.object({ id: z.int() })) })

const changeLinkifiers: Change = async ({ random, owner }) => {
  const { linkifiers } = Ids.parse((await owner.get('/realm/linkifiers')).body)
  const [first] = linkifiers
  const rule = {
    pattern: `${letters(random.below(600))}-(?P<id>[0-9]+)`,
    url_template: 'https://issues.example/{id}',
  }
  switch (first ? random.below(5) : 0) {
    case 1:
      return owner.patch(`/realm/filters/${first?.id}`, rule)
    case 2:
      return owner.delete(`/realm/filters/${first?.id}`)
    case 3:
      return owner.patch('/realm/linkifiers', {
        ordered_linkifier_ids: linkifiers.map(({ id }) => id).reverse(),
      })
    default:
      return owner.post('/realm/filters', rule)
  }
}

const Emoji = z.object({
  emoji: z.record(z.string(), z.object({ name: z.string(), deactivated: z.boolean() })),
})

/** Few names, so that they come again after they have gone. */
const changeEmoji: Change = async ({ random, owner, anybody }) => {
  const { emoji } = Emoji.parse((await owner.get('/realm/emoji')).body)
  const used = Object.values(emoji).filter(({ deactivated }) => !deactivated)
  const [first] = used
  if (first && random.below(2) === 0) return owner.delete(`/realm/emoji/${first.name}`)
  const free = ['ours-a', 'ours-b', 'ours-c'].find((name) => used.every((one) => one.name !== name))
  const who = random.below(2) === 0 ? owner : anybody()
  return who.upload(`/realm/emoji/${free ?? `ours-${letters(random.below(600))}`}`, [smallPicture])
}

const changePictures: Change = async ({ random, owner }) => {
  const night = random.below(2) === 0
  switch (random.below(4)) {
    case 0:
      return owner.delete('/realm/icon')
    case 1:
      return owner.delete('/realm/logo', { night })
    case 2:
      return owner.upload('/realm/icon', [smallPicture])
    default:
      return owner.upload('/realm/logo', [smallPicture], { night })
  }
}

/** Where new channels are announced, and whether channels say what becomes of them. */
const wantNotices: Change = async (play) => {
  const { random, owner } = play
  const channel = random.below(4) === 0 ? -1 : await oneChannel(play)
  return owner.patch('/realm', {
    ...(typeof channel === 'number' ? { new_stream_announcements_stream_id: channel } : {}),
    send_channel_events_messages: random.below(3) > 0,
  })
}

export const ofOrganisation: Kinds = {
  'change the organisation': [1, changeOrganisation],
  'change the waiting period': [1, changeWaitingPeriod],
  'change a permission of the organisation': [2, changeRealmPermission],
  'limit whom guests see': [1, limitGuests],
  'let there be web-public channels': [1, letSpectators],
  'want notices of channels': [2, wantNotices],
  'change playgrounds': [1, changePlaygrounds],
  'change linkifiers': [1, changeLinkifiers],
  'change domains of e-mail': [1, changeDomains],
  'change emoji': [1, changeEmoji],
  'change pictures of the organisation': [1, changePictures],
}
