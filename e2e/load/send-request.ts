import { head } from './closed-loop.ts'

/** What is sent: as long and as formatted as much that people say. */
export const text =
  'The *build* is green again, see https://example.com/builds/4711 for what was wrong. Could you look at `src/main.ts` when you have a minute? Thanks, and have a good evening :tada:'

/** A send of a formatted text to a channel, as bytes. */
export function sendRequest(host: string, authorization: string, channel: number, i: number): string {
  const body = new URLSearchParams({
    type: 'channel',
    to: String(channel),
    topic: 'load',
    content: `${text} ${i}`,
  })
  const form = body.toString()
  const type = 'application/x-www-form-urlencoded'
  const headers = { authorization, 'content-type': type, 'content-length': String(form.length) }
  return head('POST', '/api/v1/messages', host, headers) + form
}
