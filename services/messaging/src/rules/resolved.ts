import { badRequest } from '@parley/core'

/** What a topic begins with that is resolved. */
export const resolvedPrefix = '✔ '
const mark = resolvedPrefix.trim()

/** A topic without what says that it is resolved. */
export const bareTopic = (topic: string): string => topic.replace(/^[ ✔]+/u, '')

/** What clients that know no topic without a name say in its place. */
const nameless: ReadonlySet<string> = new Set(['', 'general chat', '(no topic)'])

/**
 * Refuses to resolve the topic without a name, however it is called.
 * @param topic normalised
 * @throws AppError BAD_REQUEST
 */
export function checkResolvable(topic: string): void {
  if ((topic === mark || topic.startsWith(resolvedPrefix)) && nameless.has(bareTopic(topic)))
    throw badRequest('General chat cannot be marked as resolved')
}
