import { z } from 'zod'
import { Ids } from './snapshot.ts'
import { among, type Appliers, type ClientState, including, inTopic, without } from './state.ts'

export const ofMessages: Appliers = {
  message(state, event) {
    const { message, flags } = z
      .looseObject({
        flags: z.array(z.string()),
        message: z.looseObject({
          id: z.int(),
          stream_id: z.int().optional(),
          subject: z.string(),
          display_recipient: z.union([z.string(), z.array(z.looseObject({ id: z.int() }))]),
          last_moved_timestamp: z.int().optional(),
        }),
      })
      .parse(event)
    const { id, stream_id: channel, display_recipient: recipient } = message
    const people = typeof recipient === 'string' ? null : among(recipient.map((person) => person.id))
    // Ids are in the order of the log: what is not newer than all that is known was in the snapshot already.
    // One that came from another channel is older.
    if (id <= state.maxMessage && message.last_moved_timestamp === undefined)
      throw new Error(`message ${id} is told of twice`)
    state.maxMessage = Math.max(state.maxMessage, id)
    if (people) state.direct[people] = id
    if (flags.includes('read')) return
    state.unread[id] = people ?? inTopic(channel ?? 0, message.subject)
    if (flags.some((flag) => flag.endsWith('mentioned'))) state.mentions = including(state.mentions, [id])
  },
  update_message(state, event) {
    const { message_id, message_ids, flags, stream_id, new_stream_id, orig_subject, subject } = z
      .looseObject({
        message_id: z.int(),
        message_ids: Ids,
        flags: z.array(z.string()),
        stream_id: z.int().optional(),
        new_stream_id: z.int().optional(),
        orig_subject: z.string().optional(),
        subject: z.string().optional(),
      })
      .parse(event)
    const [channel, topic] = [new_stream_id ?? stream_id, subject ?? orig_subject]
    if (topic !== undefined)
      for (const id of message_ids) if (state.unread[id]) state.unread[id] = inTopic(channel ?? 0, topic)
    if (!state.unread[message_id]) return
    const mentioned = flags.some((flag) => flag.endsWith('mentioned'))
    state.mentions = mentioned
      ? including(state.mentions, [message_id])
      : without(state.mentions, [message_id])
  },
  delete_message(state, event) {
    const { message_ids: ids } = z.looseObject({ message_ids: Ids }).parse(event)
    read(state, ids)
    state.starred = without(state.starred, ids)
    // What is the newest now, the event does not say.
    for (const [people, id] of Object.entries(state.direct))
      if (id !== null && ids.includes(id)) state.direct[people] = null
  },
  'update_message_flags add'(state, event) {
    const { flag, messages } = z.looseObject({ flag: z.string(), messages: Ids }).parse(event)
    if (flag === 'starred') state.starred = including(state.starred, messages)
    // A mark on a message from outside the own channels makes it the reader's, as the newest one may be.
    if (flag !== 'read') state.maxMessage = Math.max(state.maxMessage, ...messages)
    if (flag === 'read') read(state, messages)
  },
  'update_message_flags remove'(state, event) {
    const { flag, messages } = z.looseObject({ flag: z.string(), messages: Ids }).parse(event)
    if (flag === 'starred') state.starred = without(state.starred, messages)
    if (flag !== 'read') return
    const Detail = z.looseObject({
      mentioned: z.boolean().default(false),
      user_ids: Ids.optional(),
      stream_id: z.int().optional(),
      topic: z.string().optional(),
    })
    for (const [id, detail] of Object.entries(z.record(z.string(), Detail).parse(event['message_details']))) {
      state.unread[Number(id)] = detail.user_ids
        ? among([state.user, ...detail.user_ids])
        : inTopic(detail.stream_id ?? 0, detail.topic ?? '')
      if (detail.mentioned) state.mentions = including(state.mentions, [Number(id)])
    }
  },
  'reaction add'(state, event) {
    const { user_id: user, message_id: id } = z
      .looseObject({ user_id: z.int(), message_id: z.int() })
      .parse(event)
    // As with marks: a message from outside the own channels is the reader's from here on.
    if (user === state.user) state.maxMessage = Math.max(state.maxMessage, id)
  },
  // A snapshot holds neither reactions nor what is added to polls.
  'reaction remove'() {},
  submessage() {},
}

function read(state: ClientState, messages: readonly number[]): void {
  for (const id of messages) delete state.unread[id]
  state.mentions = without(state.mentions, messages)
}
