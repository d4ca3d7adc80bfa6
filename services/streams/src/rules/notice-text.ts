import { channelLink, cited, codeSpan } from '@parley/markdown'

/** In which topic of a channel it is said what becomes of it, and in which of the other that there is a new one. */
export const ownTopic = 'channel events'
export const announcementTopic = 'new channels'

const orNone = (text: string): string => cited(text === '' ? '(none)' : text)

const by = (user: number): string => `@_**|${user}**`

/** Who may read a channel. */
export interface Kind {
  readonly inviteOnly: boolean
  readonly historyPublicToSubscribers: boolean
  readonly isWebPublic: boolean
}

export function kindName({ inviteOnly, historyPublicToSubscribers, isWebPublic }: Kind): string {
  if (isWebPublic) return 'Web-public'
  if (!inviteOnly) return 'Public'
  return historyPublicToSubscribers ? 'Private, shared history' : 'Private, protected history'
}

/** In a new channel. */
export const madeText = (maker: number, kind: Kind, description: string): string =>
  `**${kindName(kind)}** channel created by ${by(maker)}. Description:\n\n${orNone(description)}`

/** Where new channels are announced. */
export const announcedText = (maker: number, channel: string): string =>
  `${by(maker)} created a new channel ${channelLink(channel)}.`

/** To somebody who was brought into channels. @param bringer null where the newcomer may not see who it was */
export function broughtText(bringer: number | null, channels: readonly string[]): string {
  const [one = '', ...more] = channels
  const did = bringer === null ? 'You were subscribed' : `${by(bringer)} subscribed you`
  if (more.length === 0) return `${did} to the channel ${channelLink(one)}.`
  return `${did} to these channels:\n\n${channels.map((name) => `* ${channelLink(name)}`).join('\n')}`
}

/** What clients are told of a channel, as far as is said in it. */
export interface Described {
  readonly name: string
  readonly description: string
  readonly invite_only: boolean
  readonly history_public_to_subscribers: boolean
  readonly is_web_public: boolean
}

/** In a channel, of what became of it. */
export function changeTexts(changer: number, before: Described, after: Described): string[] {
  const kinds = [before, after].map((channel) =>
    kindName({
      inviteOnly: channel.invite_only,
      historyPublicToSubscribers: channel.history_public_to_subscribers,
      isWebPublic: channel.is_web_public,
    }),
  )
  const [was, is] = kinds
  return [
    ...(before.name === after.name
      ? []
      : [`${by(changer)} renamed this channel from ${codeSpan(before.name)} to ${codeSpan(after.name)}.`]),
    ...(before.description === after.description
      ? []
      : [
          `${by(changer)} changed the description of this channel. Old description:\n\n${orNone(before.description)}\n\nNew description:\n\n${orNone(after.description)}`,
        ]),
    ...(was === is ? [] : [`${by(changer)} changed who may read this channel from **${was}** to **${is}**.`]),
  ]
}
