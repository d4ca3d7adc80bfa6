/** Messages of one event: with a topic each that is some 300 KB, and half a megabyte is the most. */
const mostPerEvent = 1_000
/** So many people of a direct conversation take the room of one topic. */
const peoplePerMessage = 20

/** Cuts the messages of a change into the events that tell of it, in their order; one event holds half a megabyte. */
export function eventChunks<M extends { readonly userIds: readonly number[] | null }>(
  messages: readonly M[],
): M[][] {
  const chunks: M[][] = []
  let room = 0
  for (const message of messages) {
    const size = 1 + (message.userIds?.length ?? 0) / peoplePerMessage
    if (room < size) {
      chunks.push([])
      room = mostPerEvent
    }
    chunks.at(-1)?.push(message)
    room -= size
  }
  return chunks
}
