import type { Tap } from '@parley/testkit'

/** What went over one connection. */
export interface Heard {
  readonly way: string
  readonly calls: Buffer[]
  readonly answers: Buffer[]
}

/** Writes down everything that goes over tapped ways. */
export function listening(): {
  readonly heard: () => readonly Heard[]
  readonly tapOf: (way: string) => Tap
} {
  const all = new Map<string, Heard>()
  return {
    heard: () => [...all.values()],
    tapOf: (way) => (chunk, direction, connection) => {
      const key = `${way} ${connection}`
      const one = all.get(key) ?? { way, calls: [], answers: [] }
      all.set(key, one)
      one[direction].push(Buffer.from(chunk))
    },
  }
}

const wantsTls = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** The little that goes before TLS: Postgres is asked for it and consents, NATS introduces itself in one line. */
function withoutHello({ way, calls, answers }: Heard): { calls: Buffer; answers: Buffer } {
  const [asked, answered] = [Buffer.concat(calls), Buffer.concat(answers)]
  if (way.endsWith('>postgres')) {
    const usual =
      asked.subarray(0, 8).equals(wantsTls.subarray(0, asked.length)) &&
      (answered.length === 0 || answered[0] === 'S'.charCodeAt(0))
    return usual
      ? { calls: asked.subarray(8), answers: answered.subarray(1) }
      : { calls: asked, answers: answered }
  }
  const line = /^INFO \{[^\r\n]*\} ?\r\n/.exec(answered.toString('latin1'))?.[0] ?? ''
  return { calls: asked, answers: way.endsWith('>nats') ? answered.subarray(line.length) : answered }
}

/** What else than records of TLS stands in these bytes; null for nothing. The last record may be cut short. */
function notTls(bytes: Buffer): string | null {
  for (let at = 0; at < bytes.length;) {
    const [type = 0, major] = bytes.subarray(at)
    // Alerts, handshakes, data and, between, the mark of a change of ciphers that TLS 1.3 keeps for old boxes.
    if (type < 20 || type > 23 || (major ?? 3) !== 3) return bytes.subarray(at, at + 40).toString('latin1')
    if (at + 5 > bytes.length) return null
    at += 5 + bytes.readUInt16BE(at + 3)
  }
  return null
}

/** What was said on a connection outside TLS. */
export function saidInClear(heard: Heard): string[] {
  const { calls, answers } = withoutHello(heard)
  return [calls, answers].flatMap((bytes) => notTls(bytes) ?? []).map((text) => `${heard.way}: ${text}`)
}

/** Everything that went over a connection, as text. */
export const textOf = ({ calls, answers }: Heard): string =>
  Buffer.concat([...calls, ...answers]).toString('latin1')
