/** One for each place a text can come in by, so that a leak names its place. */
export const canary = {
  content: 'canary-content-q7',
  topic: 'canary-topic-q7',
  channel: 'canary-channel-q7',
  description: 'canary-description-q7',
  name: 'Canary-name-q7',
  email: 'canary-email-q7@example.com',
  password: 'canary-Password-q7 and a good many words more',
  key: 'canaryKeyQ7canaryKeyQ7canaryKey1',
  token: 'canary-token-q7',
  parameter: 'canary-parameter-q7',
  path: 'canary-path-q7',
  agent: 'canary-agent-q7',
  local: 'canary-local-q7',
} as const

/** What base64 makes of the text wherever it begins in a longer one: the characters that depend on it alone. */
const base64Forms = (text: string): string[] =>
  [0, 1, 2].map((before) => {
    const coded = Buffer.from(`${' '.repeat(before)}${text}`)
      .toString('base64')
      .replaceAll('=', '')
    const loose = (Buffer.byteLength(text) + before) % 3 === 0 ? 0 : 1
    return coded.slice([0, 2, 3][before], coded.length - loose)
  })

/** The forms in which a text travels: plain, percent-encoded, as JSON, in hex, and in base64 at each of three places. */
export function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  const coded = base64Forms(text)
  const forms = [
    text,
    encodeURIComponent(text),
    encodeURIComponent(text).replaceAll('%20', '+'),
    JSON.stringify(text).slice(1, -1),
    bytes.toString('hex'),
    ...coded,
    ...coded.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ]
  return [...new Set(forms.map((form) => form.toLowerCase()))]
}

/** Which of these secrets stand in a text, in any form; letters of either case count as the same. */
export function secretsIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  const lower = text.toLowerCase()
  return Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).some((form) => lower.includes(form)) ? [name] : [],
  )
}
