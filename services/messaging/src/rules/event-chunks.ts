/** Messages of one event: with a topic each that is some 300 KB, and half a megabyte is the most. */
const mostPerEvent = 1_000
/** So many people of a direct conversation take the room of one topic. */
const peoplePerMessage = 20

/** Messages of one conversation that one event tells of: its `ids` from one place up to but without another. */
export interface Part<P> {
  readonly place: P
  readonly from: number
  readonly to: number
}

/**
 * Cuts the messages of a change into the events that tell of it, in their order; one event holds half a megabyte, also
 * where it names the people of each message, as clients get it.
 */
export function eventChunks<
  P extends { readonly ids: readonly number[]; readonly userIds: readonly number[] | null },
>(places: readonly P[]): Part<P>[][] {
  const chunks: Part<P>[][] = []
  let room = 0
  for (const place of places) {
    const size = 1 + (place.userIds?.length ?? 0) / peoplePerMessage
    for (let from = 0; from < place.ids.length;) {
      if (room < size) {
        chunks.push([])
        room = mostPerEvent
      }
      const to = Math.min(place.ids.length, from + Math.max(1, Math.floor(room / size)))
      chunks.at(-1)?.push({ place, from, to })
      room -= (to - from) * size
      from = to
    }
  }
  return chunks
}
