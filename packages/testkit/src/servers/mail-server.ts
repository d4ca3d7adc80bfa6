import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { testServers } from './servers.ts'

/** A mail as it came. */
export interface ReceivedMail {
  /** Whom the envelope names. */
  readonly to: readonly string[]
  readonly from: string
  /** Headers and body as they were sent. */
  readonly raw: string
  /** The text of it, decoded. */
  readonly text: string
  /** Was it brought over TLS? */
  readonly secure: boolean
}

/** An SMTP server of one test's own, with TLS and the certificate of the public port. */
export interface MailServer extends AsyncDisposable {
  readonly port: number
  /** What a service is configured with to send by it. */
  readonly env: Readonly<Record<string, string>>
  readonly ca: string
  readonly received: ReceivedMail[]
  /** The next addresses are answered with these codes before any is taken; a text may follow a code. */
  refuseNext(...answers: readonly (number | string)[]): void
  /** The same of the next senders. */
  refuseSender(...codes: readonly number[]): void
}

export interface MailServerOptions {
  readonly tls?: 'implicit' | 'starttls' | 'none'
  readonly login?: { readonly username: string; readonly password: string }
}

/** Starts one. */
export async function mailServer({ tls = 'implicit', login }: MailServerOptions = {}): Promise<MailServer> {
  const servers = await testServers()
  const file = (name: string): string => readFileSync(join(servers.publicCertDir, name), 'utf8')
  const received: ReceivedMail[] = []
  const refusals: (number | string)[] = []
  const senders: number[] = []
  const server = new SMTPServer({
    secure: tls === 'implicit',
    cert: file('server.crt'),
    key: file('server.key'),
    authOptional: login === undefined,
    disabledCommands: tls === 'none' ? ['STARTTLS'] : [],
    onAuth({ username, password }, _, answer) {
      if (username === login?.username && password === login?.password) answer(null, { user: username })
      else answer(new Error('no such login'))
    },
    onMailFrom({ address }, _, answer) {
      answer(refusal(senders.shift(), address))
    },
    onRcptTo({ address }, _, answer) {
      answer(refusal(refusals.shift(), address))
    },
    onData(stream, session, answer) {
      void text(stream).then((raw) => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          to: rcptTo.map(({ address }) => address),
          from: mailFrom === false ? '' : (mailFrom?.address ?? ''),
          raw,
          text: textOf(raw),
          secure: session.secure,
        })
        answer()
      })
    },
  })
  await new Promise<void>((done, failed) => {
    server.on('error', failed)
    server.listen(0, '127.0.0.1', done)
  })
  // Whoever hangs up in the middle is what some tests are about.
  server.removeAllListeners('error')
  server.on('error', () => {})
  const address = server.server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    port,
    ca: readFileSync(servers.publicCa, 'utf8'),
    env: {
      SMTP_HOST: 'localhost',
      SMTP_PORT: String(port),
      SMTP_TLS: tls === 'implicit' ? 'implicit' : 'starttls',
      SMTP_CA_FILE: servers.publicCa,
      MAIL_FROM: 'chat@parley.example',
    },
    received,
    refuseNext: (...answers) => void refusals.push(...answers),
    refuseSender: (...codes) => void senders.push(...codes),
    [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())),
  }
}

/** What a server says that does not take an address, as it would quote it. */
function refusal(given: number | string | undefined, address: string): Error | undefined {
  if (given === undefined) return undefined
  const [code = '', ...words] = String(given).split(' ')
  const text = [...words, `<${address}> is not taken`].join(' ')
  return Object.assign(new Error(text), { responseCode: Number(code) })
}

/** The first part of a mail, its text, as it was written. */
function textOf(raw: string): string {
  const [, part = raw] = /Content-Type: text\/plain[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(raw) ?? []
  const bytes = part
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n')
}

/** What a mail about an invitation, or an address, opens with. @throws Error where there is none in it */
export function secretIn({ text: words }: ReceivedMail): string {
  const [, secret] = /\/(?:join|email)#([\w-]{43})\b/.exec(words) ?? []
  if (secret === undefined) throw new Error('a mail without a secret')
  return secret
}
