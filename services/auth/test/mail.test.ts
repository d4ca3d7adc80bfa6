import { role } from '@parley/access'
import { silentLogger, loadConfig, createLogger, ConfigError } from '@parley/kit'
import { mailServer, type MailServer, secretIn } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mailConfig, mailSettings } from '../src/mail/config.ts'
import { organisationsWithMail } from '../src/repo/mails.ts'
import { postMail } from '../src/post-mail.ts'
import { orgId } from '@parley/core'
import { goodPassword, type Harness, harness, type Made, mailerTo } from './harness.ts'

let mail: MailServer
let h: Harness
let acme: Made
beforeAll(async () => {
  mail = await mailServer()
  h = await harness(mail)
  acme = await h.organisation('acme')
})
afterAll(async () => {
  await h[Symbol.asyncDispose]()
  await mail[Symbol.asyncDispose]()
})

const letter = { subject: 'Hello', text: 'Hello there', html: '<p>Hello there</p>' }
const invite = (email: string) => h.ask('send-invites', acme, { invitee_emails: email, stream_ids: '[]' })
const waiting = () => h.db.superuser('SELECT attempts FROM auth.mails')
const messageIds = (to: string) =>
  mail.received.filter((one) => one.to.includes(to)).map(({ raw }) => /^Message-ID: (.*)$/im.exec(raw)?.[1])

test('mail goes over TLS, begun at once or after a greeting, to the address that was meant', async () => {
  await using after = await mailServer({ tls: 'starttls' })
  for (const server of [mail, after]) {
    const { outcome } = await mailerTo(server).send('a@x.example', 'id-1', letter)
    expect(outcome).toBe('sent')
    expect(server.received.at(-1)).toMatchObject({
      to: ['a@x.example'],
      from: 'chat@parley.example',
      secure: true,
    })
    expect(server.received.at(-1)?.raw).toContain('Message-ID: <id-1@parley.example>')
  }
})

test('without TLS, or with a certificate of strangers, nothing is sent', async () => {
  await using plain = await mailServer({ tls: 'none' })
  expect(await mailerTo(plain).send('a@x.example', 'id', letter)).toMatchObject({ outcome: 'failed' })
  const config = mailConfig(loadConfig(mailSettings, { ...mail.env, SMTP_CA_FILE: undefined }).mail)
  expect(config?.ca).toBeNull()
  const before = mail.received.length
  const { createMailer } = await import('../src/mail/mailer.ts')
  const outcome = config && (await createMailer(config).send('a@x.example', 'id', letter))
  expect(outcome).toMatchObject({ outcome: 'failed' })
  expect([plain.received, mail.received.length]).toEqual([[], before])
})

test('it signs in where it is told to', async () => {
  await using closed = await mailServer({ login: { username: 'chat', password: 'a secret' } })
  const login = { SMTP_USERNAME: 'chat', SMTP_PASSWORD: 'a secret' }
  expect(await mailerTo(closed, login).send('a@x.example', 'id', letter)).toMatchObject({ outcome: 'sent' })
  const wrong = mailerTo(closed, { ...login, SMTP_PASSWORD: 'another' })
  expect(await wrong.send('a@x.example', 'id', letter)).toMatchObject({ outcome: 'failed' })
})

test('what is set by half is said when the service starts, all of it', () => {
  const wrong = (env: Record<string, string>) => {
    try {
      mailConfig(loadConfig(mailSettings, env).mail)
    } catch (error) {
      return error instanceof ConfigError ? error.problems.length : 'another error'
    }
    return 0
  }
  expect(mailConfig(loadConfig(mailSettings, {}).mail)).toBeNull()
  expect(wrong({ SMTP_HOST: 'x', MAIL_FROM: 'a@x.example' })).toBe(0)
  expect(wrong({ SMTP_HOST: 'x', SMTP_USERNAME: 'me' })).toBe(2)
  expect(wrong({ SMTP_HOST: 'x y', SMTP_TLS: 'never', MAIL_FROM: 'a <b@x.example>' })).toBe(3)
})

test('what failed is tried again, later each time, as the same mail; every secret of it opens', async () => {
  await invite('slow@x.example')
  mail.refuseNext(451, 421)
  await h.post(acme.org)
  await h.post(acme.org)
  expect(await waiting()).toEqual([{ attempts: 1 }])
  h.clock.advance(60_000)
  await h.post(acme.org)
  h.clock.advance(60_000)
  await h.post(acme.org)
  expect(await waiting()).toEqual([{ attempts: 2 }])
  h.clock.advance(60_000)
  await h.post(acme.org)
  expect(await waiting()).toEqual([])
  expect(messageIds('slow@x.example')).toEqual([expect.stringMatching(/^<[0-9a-f-]{36}@parley\.example>$/)])
})

test('one that was sent by a process that died before it could say so is sent again, and both open', async () => {
  await invite('twice@x.example')
  const { mailer } = h.ctx
  if (!mailer) throw new Error('no mailer')
  const dying = { send: (...of: Parameters<typeof mailer.send>) => mailer.send(...of).then(() => gone()) }
  const gone = (): never => {
    throw new Error('the process died')
  }
  await expect(postMail(h.ctx, dying, orgId(acme.org), silentLogger)).rejects.toThrow('died')
  h.clock.advance(60_000)
  await h.post(acme.org)
  const [first, second, ...more] = messageIds('twice@x.example')
  expect([first, more]).toEqual([second, []])
  const [sent] = mail.received.filter((one) => one.to.includes('twice@x.example'))
  if (!sent) throw new Error('nothing came')
  const made = { secret: secretIn(sent), full_name: 'Tom Twice', password: goodPassword }
  expect(await h.ask('join', null, made, {}, acme.org)).toMatchObject({ email: 'twice@x.example' })
})

test('an address that is refused for good is given up, and no log names it', async () => {
  await invite('nobody-canary@x.example')
  mail.refuseNext(550)
  const lines: string[] = []
  const logger = createLogger({
    service: 'auth',
    node: 'auth-1',
    level: 'debug',
    to: { write: (line) => void lines.push(line) },
  })
  if (!h.ctx.mailer) throw new Error('no mailer')
  expect(await postMail(h.ctx, h.ctx.mailer, orgId(acme.org), logger)).toBe(1)
  expect(await waiting()).toEqual([])
  expect(lines.join('')).toContain('"code":"550"')
  expect(lines.join('')).not.toContain('nobody-canary')
})

test('whatever else a server refuses is tried again: who sends, that nobody signed in, what may not be relayed', async () => {
  const mailer = mailerTo(mail)
  const send = () => mailer.send('a@x.example', 'id', letter)
  for (const code of [550, 553, 554]) {
    mail.refuseSender(code)
    expect(await send()).toEqual({ outcome: 'failed', code: String(code) })
  }
  for (const answer of [450, 503, 530, '554 5.7.1', '550 5.7.1']) {
    mail.refuseNext(answer)
    expect(await send()).toMatchObject({ outcome: 'failed' })
  }
  for (const answer of [550, 553, '550 5.1.1']) {
    mail.refuseNext(answer)
    expect(await send()).toMatchObject({ outcome: 'refused' })
  }
  expect(await send()).toMatchObject({ outcome: 'sent' })
})

test('a mail whose sender is refused waits for its operator', async () => {
  await invite('patient@x.example')
  mail.refuseSender(550)
  await h.post(acme.org)
  expect(await waiting()).toEqual([{ attempts: 1 }])
  h.clock.advance(60_000)
  await h.post(acme.org)
  expect(messageIds('patient@x.example')).toHaveLength(1)
})

test('two that look at once send each mail once', async () => {
  await invite(Array.from({ length: 6 }, (_, i) => `one${i}@x.example`).join(','))
  await Promise.all(Array.from({ length: 4 }, () => h.post(acme.org)))
  for (let i = 0; i < 6; i++) expect(messageIds(`one${i}@x.example`)).toHaveLength(1)
  expect(await organisationsWithMail(h.auth, new Date(h.clock.now()))).toEqual([])
  await invite('due@x.example')
  expect(await organisationsWithMail(h.auth, new Date(h.clock.now()))).toEqual([acme.org])
  await h.post(acme.org)
})

test('IN-10 MD-07 names that people chose stand in the text only, and are no HTML', async () => {
  const evil = await h.account(acme.org, 'evil', role.owner)
  await h.ask('update-realm', acme, { name: '<b>A\nBcc: x@evil.example' })
  await h.ask('update-user', acme, { full_name: 'Eve <i>' }, { user_id: String(evil.user) }).catch(() => null)
  await h.ask('send-invites', evil, { invitee_emails: 'plain@x.example', stream_ids: '[]' })
  await h.post(acme.org)
  const got = mail.received.at(-1)
  expect(got?.to).toEqual(['plain@x.example'])
  const [headers = ''] = got?.raw.split('\r\n\r\n') ?? []
  expect(headers).toContain('Subject: Invitation to chat.example.org')
  expect(headers).not.toContain('evil')
  expect(got?.text).toContain('<b>A Bcc: x@ evil. example (chat.example.org)')
  expect(got?.raw).not.toContain('<p>evil of Acme invited you to join <b>')
  expect(got?.raw).toContain('&lt;b&gt;A Bcc')
})

test('a mail has in it nothing but who invites, where to, and until when', async () => {
  await invite('short@x.example')
  await h.post(acme.org)
  const got = mail.received.at(-1)
  const secret = got ? secretIn(got) : ''
  expect(got?.text.replaceAll('\n', ' ')).toMatch(
    new RegExp(
      String.raw`^Olga Owner invited you to join .* \(chat\.example\.org\)\.  Make your account here: https://chat\.example\.org/join#${secret}  The link is good once, until .* GMT\. If you expected no such mail, do nothing\.`,
    ),
  )
})

test('MD-07 a name in a mail is on one line and no link', async () => {
  const hal = await h.account(acme.org, 'hal', role.member)
  await h.db.superuser('UPDATE auth.users SET full_name = $2 WHERE user_id = $1', [
    hal.user,
    'Hal\u2028see https://evil.example/x or www.evil.example',
  ])
  await h.db.superuser(`UPDATE auth.organisations SET name = $2 WHERE org_id = $1`, [
    acme.org,
    'Acme\u2029mail x@evil.example\u0007 evil。example',
  ])
  await h.ask('send-invites', hal, { invitee_emails: 'named@x.example', stream_ids: '[]' })
  await h.post(acme.org)
  const text = mail.received.at(-1)?.text ?? ''
  expect(text.split('\n')[0]).toBe(
    'Hal see https: / / evil. example/ x or www. evil. example invited you to join Acme mail x@ evil. example evil。 example (chat.example.org).',
  )
})
