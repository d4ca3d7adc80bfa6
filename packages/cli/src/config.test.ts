import { expect, test } from 'vitest'
import { loadConfig, supervisorEnvironment, testEnvironment } from './config.ts'

test('every wrong variable is named, and none of its value', () => {
  const unset = { otlpEndpoint: undefined, compileCache: undefined, searchLanguage: undefined, mail: {} }
  expect(loadConfig({})).toEqual({
    rateLimitFactor: '1',
    webPublicChannels: 'on',
    logLevel: 'info',
    ...unset,
  })
  const wrong = { PARLEY_RATE_LIMIT_FACTOR: 'much', LOG_LEVEL: 'loud', OTEL_EXPORTER_OTLP_ENDPOINT: 'there' }
  expect(() => loadConfig(wrong)).toThrow(
    /^wrong environment: PARLEY_RATE_LIMIT_FACTOR: .*; LOG_LEVEL: .*; OTEL_EXPORTER_OTLP_ENDPOINT: /,
  )
})

test('how mail is sent goes to the services as it is set', () => {
  const mail = { SMTP_HOST: 'mail.example', SMTP_PASSWORD_FILE: '/secret', MAIL_FROM: 'a@x.example' }
  expect(loadConfig(mail).mail).toEqual(mail)
  expect(() => loadConfig({ ...mail, SMTP_PASSWORD_FILE: 'secret' })).toThrow(/SMTP_PASSWORD_FILE/)
  expect(supervisorEnvironment({ SMTP_PASSWORD: 'x' })).not.toHaveProperty('SMTP_PASSWORD')
})

test('web-public channels are let be or not', () => {
  expect(loadConfig({ PARLEY_WEB_PUBLIC_CHANNELS: 'off' }).webPublicChannels).toBe('off')
  expect(() => loadConfig({ PARLEY_WEB_PUBLIC_CHANNELS: 'no' })).toThrow(/PARLEY_WEB_PUBLIC_CHANNELS/)
})

test('the language of searches is one that endings are known of', () => {
  expect(loadConfig({ PARLEY_SEARCH_LANGUAGE: 'german' }).searchLanguage).toBe('german')
  expect(() => loadConfig({ PARLEY_SEARCH_LANGUAGE: 'klingon' })).toThrow(/PARLEY_SEARCH_LANGUAGE/)
})

test('a supervisor gets what it reads and nothing else', () => {
  const env = supervisorEnvironment({
    PATH: '/bin',
    LOG_LEVEL: 'warn',
    NODE_COMPILE_CACHE: '/cache',
    AWS_SECRET_ACCESS_KEY: 'x',
    PGPASSWORD: 'x',
  })
  expect(env).toMatchObject({ PATH: '/bin', LOG_LEVEL: 'warn', NODE_COMPILE_CACHE: '/cache' })
  expect(Object.values(env)).not.toContain('x')
})

test('tests are told their size', () => {
  expect(testEnvironment(true, { A: '1' })).toMatchObject({ A: '1', PARLEY_TEST_LONG: '1' })
  expect(testEnvironment(false, { A: '1' })).not.toHaveProperty('PARLEY_TEST_LONG')
})
