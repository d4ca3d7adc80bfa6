import { z } from 'zod'
import { type Change, type Kinds, type Member, oneChannel, type Play, topics } from './play.ts'

const Own = z.object({ subscriptions: z.array(z.object({ stream_id: z.int() })) })
/** Mostly of a channel that one is in. */
const ownChannel: (play: Play, who: Member) => Promise<unknown> = async (play, who) => {
  const answer = await who.get('/users/me/subscriptions')
  const [first, ...rest] = answer.status === 200 ? Own.parse(answer.body).subscriptions : []
  return first && play.random.below(4) > 0 ? play.random.pick([first, ...rest]).stream_id : oneChannel(play)
}

const setSubscription: Change = async (play, who) => {
  const stream_id = await ownChannel(play, who)
  if (stream_id === undefined) return null
  const flags = ['is_muted', 'in_home_view', 'pin_to_top', 'push_notifications'] as const
  const property = play.random.pick(flags)
  if (play.random.below(3) === 0)
    return who.patch(`/users/me/subscriptions/${Number(stream_id)}`, {
      property,
      value: play.random.below(2) === 0,
    })
  return who.post('/users/me/subscriptions/properties', {
    subscription_data: [
      { stream_id, property, value: play.random.below(2) === 0 },
      { stream_id, property: 'color', value: play.random.pick(['#f00', '#00FF00']) },
    ],
  })
}

const setTopic: Change = async (play, who) => {
  const { random } = play
  const stream_id = await oneChannel(play)
  if (stream_id === undefined) return null
  const topic = random.pick(topics)
  const op = random.pick(['add', 'remove'])
  return random.below(3) === 0
    ? who.patch('/users/me/subscriptions/muted_topics', { stream_id, topic, op })
    : who.post('/user_topics', { stream_id, topic, visibility_policy: random.below(4) })
}

const mutePerson: Change = ({ random, anybody }, who) => {
  const path = `/users/me/muted_users/${anybody().id}`
  return random.below(3) === 0 ? who.delete(path) : who.post(path)
}

const settingsAtRandom = ({ random }: Play): Record<string, unknown> => ({
  [random.pick(['enter_sends', 'enable_sounds', 'high_contrast_mode'])]: random.below(2) === 0,
  emojiset: random.pick(['google', 'twitter', 'text']),
})

const changeWhoSeesAddress: Change = async ({ random }, who) =>
  who.patch('/settings', { email_address_visibility: random.pick([1, 1, 2, 3, 4, 5]) })

const changeTimeZone: Change = async ({ random }, who) =>
  who.patch('/settings', { timezone: random.pick(['Europe/Berlin', 'Asia/Kolkata', 'UTC']) })

const wantTopics: Change = async ({ random }, who) =>
  who.patch('/settings', {
    automatically_follow_topics_policy: random.pick([1, 2, 3, 4]),
    automatically_unmute_topics_in_muted_streams_policy: random.pick([1, 2, 3, 4]),
    automatically_follow_topics_where_mentioned: random.below(2) === 0,
  })

const goAway: Change = async ({ random }, who) =>
  who.post('/users/me/status', { away: random.below(2) === 0 })

const changeOwnSettings: Change = async (play, who) => who.patch('/settings', settingsAtRandom(play))

const changeDefaults: Change = async (play) =>
  play.owner.patch('/realm/user_settings_defaults', settingsAtRandom(play))

export const ofSettings: Kinds = {
  'set a subscription': [3, setSubscription],
  'set a topic': [3, setTopic],
  'mute a person': [2, mutePerson],
  'change own settings': [1, changeOwnSettings],
  'change a time zone': [1, changeTimeZone],
  'want topics followed': [2, wantTopics],
  'be away': [1, goAway],
  'change who sees an address': [1, changeWhoSeesAddress],
  'change defaults of settings': [1, changeDefaults],
}
