import { z } from 'zod'
import { Failure } from './command.ts'

/** Languages whose endings Postgres knows (its Snowball stemmers), but for those whose words change at their beginning or script. */
const searchLanguages = [
  'arabic',
  'armenian',
  'basque',
  'catalan',
  'danish',
  'dutch',
  'english',
  'finnish',
  'french',
  'german',
  'greek',
  'hindi',
  'hungarian',
  'italian',
  'lithuanian',
  'nepali',
  'norwegian',
  'portuguese',
  'romanian',
  'russian',
  'spanish',
  'swedish',
  'tamil',
  'turkish',
  'yiddish',
] as const
export type SearchLanguage = (typeof searchLanguages)[number]

const path = () => z.string().startsWith('/', 'expected an absolute path').optional()

/** How mail is sent; the service that sends it checks the rest. Secrets come in files alone. */
const Mail = z.object({
  SMTP_HOST: z.string().min(1).optional(),
  SMTP_PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'expected a port')
    .optional(),
  SMTP_TLS: z.enum(['implicit', 'starttls']).optional(),
  SMTP_USERNAME: z.string().min(1).optional(),
  SMTP_PASSWORD_FILE: path(),
  SMTP_CA_FILE: path(),
  MAIL_FROM: z.string().min(1).optional(),
})

const Environment = z.object({
  ...Mail.shape,
  PARLEY_RATE_LIMIT_FACTOR: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,6})?$/, 'expected a number such as 1 or 0.5')
    .default('1'),
  PARLEY_SEARCH_LANGUAGE: z.enum(searchLanguages).optional(),
  PARLEY_WEB_PUBLIC_CHANNELS: z.enum(['on', 'off']).default('on'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  NODE_COMPILE_CACHE: path(),
})

/** What the command reads from the environment; the services get theirs from it. */
export interface Config {
  rateLimitFactor: string
  logLevel: string
  otlpEndpoint: string | undefined
  /** May there be web-public channels, where an organisation lets there be? */
  webPublicChannels: 'on' | 'off'
  /** Whose endings full-text search knows from this start on; what it was where it is not named. */
  searchLanguage: SearchLanguage | undefined
  /** By name, what is set of how mail is sent. */
  mail: Record<string, string>
  /** Where Node keeps what it compiled; a folder of the installation's own where it is not named. */
  compileCache: string | undefined
}

/** Reads the environment; throws Failure that names every wrong variable. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = Environment.safeParse(env)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new Failure(`wrong environment: ${wrong.join('; ')}`)
  }
  const { data } = parsed
  return {
    rateLimitFactor: data.PARLEY_RATE_LIMIT_FACTOR,
    logLevel: data.LOG_LEVEL,
    otlpEndpoint: data.OTEL_EXPORTER_OTLP_ENDPOINT,
    compileCache: data.NODE_COMPILE_CACHE,
    searchLanguage: data.PARLEY_SEARCH_LANGUAGE,
    webPublicChannels: data.PARLEY_WEB_PUBLIC_CHANNELS,
    mail: z.record(z.string(), z.string()).parse(Mail.parse(data)),
  }
}

/** The environment of the tests: the caller's, and whether to run at full size. */
export const testEnvironment = (long: boolean, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv => ({
  ...env,
  ...(long ? { PARLEY_TEST_LONG: '1' } : {}),
  // Tests run transformed code: what Node would write of them fits no source.
  NODE_V8_COVERAGE: '',
})

/** What the supervisor gets of the environment. */
export const supervisorEnvironment = (env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv => {
  const names = ['PATH', 'HOME', ...Object.keys(Environment.shape)]
  return Object.fromEntries(names.map((name) => [name, env[name]]))
}
