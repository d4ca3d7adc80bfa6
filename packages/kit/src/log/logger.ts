import pino, { type DestinationStream } from 'pino'
import { type LogRecord, safeRecord } from './fields.ts'

/**
 * A text known when the program was written. What is put together at run time does not fit: its type, `string` or a
 * template, makes no required key.
 */
type Literal<M extends string> = Partial<Record<M, unknown>> extends Record<M, unknown> ? never : M

/** Structured logs: a fixed message and a flat record of named scalars, nothing else fits. */
export interface Logger {
  debug<const M extends string>(message: Literal<M>, record?: LogRecord): void
  info<const M extends string>(message: Literal<M>, record?: LogRecord): void
  warn<const M extends string>(message: Literal<M>, record?: LogRecord): void
  error<const M extends string>(message: Literal<M>, record?: LogRecord): void
  /** The same log with these fields on every line. */
  with(record: LogRecord): Logger
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LoggerOptions {
  readonly service: string
  readonly node: string
  readonly level: LogLevel
  /** Fields of the call being served, asked for at every line (request id, trace id). */
  readonly scope?: () => LogRecord
  /** Where lines go; standard output unless given. */
  readonly to?: DestinationStream
}

/** JSON lines on standard output: `time` (ISO 8601), `level`, `msg`, `service`, `node` and the record's fields. */
export function createLogger({ service, node, level, scope = () => ({}), to }: LoggerOptions): Logger {
  const options = {
    level,
    base: { service, node },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const sink = to ? pino(options, to) : pino(options)
  const over = (fixed: LogRecord): Logger => {
    const line =
      (at: 'debug' | 'info' | 'warn' | 'error') =>
      (message: string, record: LogRecord = {}): void => {
        if (sink.isLevelEnabled(at)) sink[at](safeRecord({ ...scope(), ...fixed, ...record }), message)
      }
    return {
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
      with: (record) => over({ ...fixed, ...record }),
    }
  }
  return over({})
}

/** A logger that drops everything, for tests that do not look. */
export const silentLogger: Logger = createLogger({ service: 'none', node: 'none', level: 'silent' })
