/** One message as its writer knows it. */
export interface Written {
  readonly sender: number
  /** Its number among the sender's. */
  readonly n: number
  /** No two messages have the same. */
  readonly content: string
  readonly invokedMs: number
  /** Null where nobody knows whether it was stored. */
  readonly answered: { readonly id: number; readonly atMs: number } | null
}

/** One message event as a subscriber got it. */
export interface Heard {
  readonly eventId: number
  readonly messageId: number
  readonly content: string
  readonly atMs: number
}

/** What everybody saw of one conversation, from before its first message to after its last. */
export interface Story {
  readonly written: readonly Written[]
  /** The whole history, in the order of the API. */
  readonly history: readonly { readonly id: number; readonly content: string }[]
  /** The whole log of the organisation; `messageId` of those events that are messages of the conversation. */
  readonly log: readonly { readonly seq: number; readonly messageId: number | null }[]
  /** Each of them was there from before the first message. */
  readonly subscribers: Readonly<Record<string, readonly Heard[]>>
}

/** All that contradicts "nothing lost, doubled or reordered", in words; empty where it holds. */
export function violations(story: Story): string[] {
  return [
    ...inHistory(story),
    ...inTime(story.written),
    ...inLog(story),
    ...Object.entries(story.subscribers).flatMap(([name, heard]) =>
      atSubscriber(story, heard).map((what) => `${name}: ${what}`),
    ),
  ]
}

function inHistory({ written, history }: Story): string[] {
  const known = new Set(written.map(({ content }) => content))
  const ids = new Map<string, number[]>()
  for (const { id, content } of history) ids.set(content, [...(ids.get(content) ?? []), id])
  return [
    ...falls(history.map(({ id }) => id)).map((id) => `reordered: ${id} in the history`),
    ...[...ids].flatMap(([content, all]) => [
      ...(known.has(content) ? [] : [`ghost: ${content} was never written`]),
      ...(all.length > 1 ? [`doubled: ${content} is in the history as ${all.join(', ')}`] : []),
    ]),
    ...written.flatMap(({ content, answered }) => {
      if (!answered || ids.get(content)?.includes(answered.id)) return []
      return [`lost: ${content}, answered ${answered.id}, is not in the history`]
    }),
  ]
}

/** What was answered before another was asked for has the smaller id: ids stand in the order of commits. */
function inTime(written: readonly Written[]): string[] {
  const answered = written.flatMap((one) => (one.answered ? [{ ...one, ...one.answered }] : []))
  const byAnswer = answered.toSorted((a, b) => a.atMs - b.atMs)
  let highest = -Infinity
  let next = 0
  return answered
    .toSorted((a, b) => a.invokedMs - b.invokedMs)
    .flatMap(({ content, id, invokedMs }) => {
      for (let one = byAnswer[next]; one && one.atMs < invokedMs; one = byAnswer[++next])
        highest = Math.max(highest, one.id)
      return id > highest ? [] : [`reordered: ${content} is ${id}, asked for after ${highest} was answered`]
    })
}

function inLog({ log, history }: Story): string[] {
  const messages = log.flatMap(({ messageId }) => messageId ?? [])
  const logged = new Set(messages)
  return [
    ...log.flatMap(({ seq }, i) =>
      seq === i + 1 ? [] : [`gap: ${seq} stands at place ${i + 1} of the log`],
    ),
    ...falls(messages).map((id) => `reordered: ${id} in the log`),
    ...history.flatMap(({ id }) => (logged.has(id) ? [] : [`lost: ${id} is not in the log`])),
  ]
}

function atSubscriber({ history, log }: Story, heard: readonly Heard[]): string[] {
  const places = new Map(log.map(({ seq, messageId }) => [messageId, seq]))
  const contents = new Map(history.map(({ id, content }) => [id, content]))
  const times = new Map<number, number>()
  for (const { messageId } of heard) times.set(messageId, (times.get(messageId) ?? 0) + 1)
  return [
    ...history.flatMap(({ id }) => (times.has(id) ? [] : [`lost: ${id} was never heard`])),
    ...[...times].flatMap(([id, n]) => (n === 1 ? [] : [`doubled: ${id} was heard ${n} times`])),
    ...heard.flatMap(({ messageId, content, eventId }) => [
      ...(contents.get(messageId) === content
        ? []
        : [`ghost: ${messageId} was heard and is not in the history`]),
      ...(places.get(messageId) === eventId ? [] : [`misplaced: ${messageId} was heard as event ${eventId}`]),
    ]),
    ...falls(heard.map(({ eventId }) => eventId)).map((id) => `reordered: event ${id}`),
    ...falls(heard.map(({ messageId }) => messageId)).map((id) => `reordered: message ${id}`),
  ]
}

/** Those that are not above all before them. */
function falls(numbers: readonly number[]): number[] {
  let highest = -Infinity
  return numbers.filter((number) => {
    const fell = number <= highest
    highest = Math.max(highest, number)
    return fell
  })
}
