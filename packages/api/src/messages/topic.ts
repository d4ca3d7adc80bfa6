/** What the nameless topic is called for clients that do not know of it (`realm_empty_topic_display_name`). */
export const emptyTopicName = 'general chat'

/** The topic as a client gets it: the nameless one under its display name unless the client asked otherwise. */
export const topicForClient = (topic: string, emptyTopicKnown: boolean): string =>
  topic === '' && !emptyTopicKnown ? emptyTopicName : topic
