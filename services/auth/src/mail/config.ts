import { choice, ConfigError, type ConfigOf, or, secret, setting, text, whole } from '@parley/kit'

const address = /^[^\s@<>"]{1,64}@[A-Za-z0-9.-]{1,190}$/

/** The server that takes this installation's mail; without `SMTP_HOST` none is sent. */
export const mailSettings = {
  mail: {
    host: or(text('SMTP_HOST', 'a host name or address', /^[\w.:-]{1,255}$/), null),
    port: or(whole('SMTP_PORT', 1, 65_535), null),
    /** `implicit`: TLS from the first byte; `starttls`: after a greeting, and never without. */
    tls: or(choice('SMTP_TLS', ['implicit', 'starttls']), 'starttls' as const),
    username: or(text('SMTP_USERNAME', 'a user name', /^[^\s]{1,255}$/), null),
    password: or(secret('SMTP_PASSWORD'), null),
    /** Authorities that its certificate may be of; those of the system where none are named. */
    ca: or(
      setting('SMTP_CA', 'certificates (PEM)', (pem) =>
        pem.includes('BEGIN CERTIFICATE') ? pem : undefined,
      ),
      null,
    ),
    from: or(text('MAIL_FROM', 'an address such as chat@example.org', address), null),
  },
}
type Given = ConfigOf<typeof mailSettings>['mail']

export interface MailConfig extends Omit<Given, 'host' | 'port' | 'from'> {
  readonly host: string
  readonly port: number
  readonly from: string
}

/** The same where mail is sent; null where it is not. @throws ConfigError where it is set by half */
export function mailConfig({ host, port, from, ...rest }: Given): MailConfig | null {
  if (host === null) return null
  const problems = [
    ...(from === null ? ['MAIL_FROM is not set: expected an address, since SMTP_HOST is set'] : []),
    ...((rest.username === null) === (rest.password === null)
      ? []
      : ['SMTP_USERNAME and SMTP_PASSWORD_FILE: expected both or neither']),
  ]
  if (from === null || problems.length > 0) throw new ConfigError(problems)
  return { host, port: port ?? (rest.tls === 'implicit' ? 465 : 587), from, ...rest }
}
