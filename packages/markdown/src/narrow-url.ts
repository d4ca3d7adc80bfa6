const percent = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** An operand of a `#narrow` link: percent-encoded, `.` as `.2E`, then `%` as `.` ("dot encoding"). */
export const renderTopicOperand = (text: string): string =>
  percent(text).replaceAll('.', '%2E').replaceAll('%', '.')

/** Path of a channel's narrow. */
export const channelUrl = (channel: { readonly id: number; readonly name: string }): string =>
  `/#narrow/channel/${channel.id}-${renderTopicOperand(channel.name.replaceAll(' ', '-'))}`

/** Path of a topic's narrow; with a message id it follows the topic when that is moved. */
export const topicUrl = (
  channel: { readonly id: number; readonly name: string },
  topic: string,
  messageId?: number,
): string =>
  `${channelUrl(channel)}/topic/${renderTopicOperand(topic)}${messageId === undefined ? '' : `/with/${messageId}`}`

/** Path of a narrow around one message. */
export const messageUrl = (
  channel: { readonly id: number; readonly name: string },
  topic: string,
  messageId: string,
): string => `${channelUrl(channel)}/topic/${renderTopicOperand(topic)}/near/${messageId}`
