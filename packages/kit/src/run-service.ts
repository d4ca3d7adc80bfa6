import type { Writable } from 'node:stream'
import type { ServiceName } from '@parley/api'
import { systemClock, systemIds } from '@parley/core'
import { collectDefaultMetrics } from 'prom-client'
import { ConfigError, type Environment, loadConfig } from './config.ts'
import type { BaseConfig, baseSettings } from './config/sections.ts'
import type { ConfigOf, Settings } from './config/setting.ts'
import { describeError } from './log/error.ts'
import { createLogger, type Logger } from './log/logger.ts'
import { pool } from './memory/pool.ts'
import { tellPool } from './memory/pool-metrics.ts'
import { createMetrics } from './metrics.ts'
import { scopeFields } from './scope.ts'
import type { RunningService, ServiceDeps } from './service.ts'

/** The parts of the process that a service's life depends on; tests hand in their own. */
export interface Host {
  readonly env: Environment | undefined
  readonly stdout: Writable
  readonly stderr: Writable
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
  on(event: 'unhandledRejection' | 'uncaughtException', listener: (error: unknown) => void): unknown
  setExitCode(code: number): void
  /** Ends the process where stopping gently did not. */
  kill(): void
}

/** How long a stopping service may take before the process is ended, milliseconds. */
const stopMs = 20_000

/**
 * How often the lag of the event loop is looked at, milliseconds; a part of every value that tells it. Ten times as often, as
 * is usual, wakes each process a hundred times a second for nothing else, and takes the core from those at work.
 */
const lagLookMs = 100

const ownProcess: Host = {
  env: undefined,
  stdout: process.stdout,
  stderr: process.stderr,
  on: (event: string, listener: (value: never) => void) => process.on(event, listener as () => void),
  setExitCode: (code) => {
    process.exitCode = code
  },
  kill: () => process.exit(1),
}

/**
 * Runs one service as this process until it is told to stop: configuration first (all problems named, exit code
 * 2), then `create`; on SIGTERM or SIGINT it drains and disposes. An error nobody caught is logged, the service
 * stopped, exit code 1.
 */
export async function runService<S extends Settings & typeof baseSettings>(
  name: ServiceName,
  settings: S,
  create: (config: ConfigOf<S>, deps: ServiceDeps) => Promise<RunningService>,
  host: Host = ownProcess,
): Promise<void> {
  const config = configured(name, settings, host)
  if (!config) return
  // The settings hold the base ones; the mapped type of a type parameter does not show it.
  const { node, logLevel, otlpEndpoint } = config as unknown as BaseConfig
  const logger = createLogger({ service: name, node, level: logLevel, scope: scopeFields, to: host.stdout })
  const ended = endOf(host, logger)
  try {
    await using running = new AsyncDisposableStack()
    if (otlpEndpoint !== null) {
      const { startTracing } = await import('./tracing-sdk.ts')
      running.defer(startTracing(name, node, otlpEndpoint))
    }
    const metrics = createMetrics(name)
    collectDefaultMetrics({ register: metrics.registry, eventLoopMonitoringPrecision: lagLookMs })
    tellPool(metrics.registry, pool)
    const deps = { clock: systemClock, ids: systemIds, logger, metrics }
    logger.info('starting', { pid: process.pid, version: process.version })
    const service = running.use(await create(config, deps))
    logger.info('ready')
    running.defer(() => logger.info('stopping'))
    await Promise.race([ended, service.failed ?? ended])
  } catch (error) {
    if (error instanceof ConfigError) complain(name, error, host)
    else host.setExitCode(1)
    logger.error('failed', describeError(error))
    killLater(host)
    return
  }
  logger.info('stopped')
}

/** Where something keeps the process from ending by itself. */
const killLater = (host: Host): void => {
  setTimeout(() => host.kill(), stopMs).unref()
}

function configured<S extends Settings>(name: string, settings: S, host: Host): ConfigOf<S> | null {
  try {
    return host.env ? loadConfig(settings, host.env) : loadConfig(settings)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    complain(name, error, host)
    return null
  }
}

function complain(name: string, { problems }: ConfigError, host: Host): void {
  for (const problem of problems) host.stderr.write(`${name}: ${problem}\n`)
  host.setExitCode(2)
}

/** Resolves when the process is told to stop, or must. */
function endOf(host: Host, logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    const stop = (signal: string) => () => {
      logger.info('told to stop', { signal })
      killLater(host)
      resolve()
    }
    const broken = (error: unknown): void => {
      logger.error('an error was not caught', describeError(error))
      host.setExitCode(1)
      killLater(host)
      resolve()
    }
    host.on('SIGTERM', stop('SIGTERM'))
    host.on('SIGINT', stop('SIGINT'))
    host.on('unhandledRejection', broken)
    host.on('uncaughtException', broken)
  })
}
