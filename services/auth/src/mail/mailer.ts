import { createTransport } from 'nodemailer'
import type { MailConfig } from './config.ts'
import type { Letter } from './letter.ts'

/** `refused`: the address, and for good; `failed`: worth another attempt. */
export type Outcome = 'sent' | 'refused' | 'failed'

/** Hands letters to the server that takes them. */
export interface Mailer {
  /**
   * @param messageId the same at every attempt
   * @returns what became of it, and the server's code, without a word of what it said: it quotes addresses
   */
  send(
    to: string,
    messageId: string,
    letter: Letter,
  ): Promise<{ readonly outcome: Outcome; readonly code: string }>
}

/** Longest wait for the server at any step, milliseconds. An attempt is over well before the next is due. */
const patienceMs = 10_000

/** Over TLS and nothing else, with a certificate that is checked. */
export function createMailer({ host, port, tls, username, password, ca, from }: MailConfig): Mailer {
  const transport = createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: true,
    tls: { minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) },
    ...(username === null || password === null ? {} : { auth: { user: username, pass: password.expose() } }),
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
    dnsTimeout: patienceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const domain = from.slice(from.indexOf('@') + 1)
  return {
    async send(to, messageId, { subject, text, html }) {
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: to },
          envelope: { from, to },
          messageId: `<${messageId}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
          subject,
          text,
          html,
        })
        return { outcome: 'sent', code: '250' }
      } catch (error) {
        return outcomeOf(error)
      }
    },
  }
}

function outcomeOf(error: unknown): { readonly outcome: Outcome; readonly code: string } {
  const { responseCode, code, command, response } = Object(error) as Readonly<Record<string, unknown>>
  if (typeof responseCode !== 'number')
    return { outcome: 'failed', code: typeof code === 'string' ? code : 'unknown' }
  const refused = command === 'RCPT TO' && responseCode >= 500 && !aboutSender(responseCode, String(response))
  return { outcome: refused ? 'refused' : 'failed', code: String(responseCode) }
}

/**
 * Is an answer to the address about who sends, who may not or has not signed in (RFC 4954, section 6; RFC 3463, section
 * 3.8)? The operator mends that, as whatever else a server refuses but an address, and then the mail goes out.
 */
const aboutSender = (code: number, response: string): boolean =>
  code === 503 || code === 530 || /^\d{3}[ -]5\.7\./.test(response)
