import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock, systemIds } from '@parley/core'
import { z } from 'zod'
import { Failure, type Command, type Input } from '../command.ts'
import { loadConfig, supervisorEnvironment } from '../config.ts'
import { installMissing } from '../daemons/install.ts'
import { demoSubdomain, ensureDemo } from '../demo.ts'
import { deliverOne } from '../first-message.ts'
import {
  openInstallation,
  readDocument,
  RunFile,
  writeDocument,
  type Demo,
  type Installation,
} from '../installation.ts'
import type { CreateOrganisation } from '../organisations.ts'
import { publicApi } from '../public-api.ts'
import { checkHost, defaultPort, type Wishes } from '../supervisor/choices.ts'
import { askSupervisor, SupervisorGone } from '../supervisor/control.ts'
import { gatewayAddress } from '../supervisor/services.ts'
import { ask, installationOf, Status } from './running.ts'

export const up: Command = {
  name: 'up',
  summary: 'start everything, wait until it is ready, and send a first message',
  details: `Installs Postgres, NATS and Redis from Debian's or Ubuntu's packages when they are missing (only that needs root).
Leaves a supervisor that restarts whatever dies. May be run again: it resumes what is in DIR.
PARLEY_RATE_LIMIT_FACTOR multiplies every rate limit (default 1).
PARLEY_WEB_PUBLIC_CHANNELS=off lets no organisation have web-public channels (default on).
PARLEY_SEARCH_LANGUAGE says whose endings full-text search knows, such as german (default: what it was; english at first).`,
  options: {
    port: { value: 'N', help: `the public port (default: ${defaultPort}, or the next one that is free)` },
    gateways: { value: 'N', help: 'how many gateways share it (default: 2)' },
    demo: { help: 'make an organisation with people, channels and messages' },
    foreground: { help: 'stay, instead of leaving a supervisor behind' },
  },
  async run(input) {
    const installation = installationOf(input)
    const wishes = wishesOf(input)
    const { out } = input
    // Wrong environment variables are told now, not in a log.
    const config = loadConfig()
    await installMissing(out.progress)
    await openInstallation(installation)
    const stay = input.flag('foreground')
      ? await (
          await supervision()
        ).supervise({
          installation,
          wishes,
          config,
          progress: out.progress,
          clock: systemClock,
          ids: systemIds,
        })
      : undefined
    const stop = (): void => void stay?.stop()
    process.once('SIGTERM', stop).once('SIGINT', stop)
    try {
      const status =
        stay === undefined ? await detached(installation, wishes, out.progress) : await own(installation)
      await greet(input, installation, status)
    } catch (error) {
      await stay?.stop()
      throw error
    }
    await stay?.ended
    return 0
  },
}

// Loaded when needed: they bring the database and the link, and every other command starts without.
const supervision = () => import('../supervisor/supervisor.ts')

const wishesOf = (input: Input): Wishes => ({
  port: input.text('port') === undefined ? undefined : input.whole('port', 0, 1, 65_535),
  gateways: input.text('gateways') === undefined ? undefined : input.whole('gateways', 0, 1, 100),
})

const own = (installation: Installation): Promise<Status> => ask(installation, { ask: 'ready' }, Status)

/** The supervisor that has this folder; started when there is none. */
async function detached(
  installation: Installation,
  wishes: Wishes,
  progress: (line: string) => void,
): Promise<Status> {
  const { control } = installation
  const running = await askSupervisor(control, { ask: 'ready' }, Status, progress)
  if (running !== undefined) {
    const same = (asked: number | undefined, is: number): boolean => asked === undefined || asked === is
    if (same(wishes.port, running.port) && same(wishes.gateways, running.gateways)) return running
    throw new Failure(
      `it runs already, on port ${running.port} with ${running.gateways} gateways; ./parley down first`,
    )
  }
  await rm(installation.failure, { force: true })
  const log = openSync(join(installation.logs, 'supervisor.log'), 'a', 0o600)
  const main = join(import.meta.dirname, '../supervisor/main.ts')
  const supervisor = spawn(process.execPath, [main, installation.dir, JSON.stringify(wishes)], {
    cwd: '/',
    env: supervisorEnvironment(),
    detached: true,
    stdio: ['ignore', log, log],
  })
  supervisor.unref()
  const over = (): boolean => supervisor.exitCode !== null || supervisor.signalCode !== null
  // Where two were started at once, one ends and the other answers.
  for (let tries = 0; tries < mostTries && !(over() && tries > mostTries / 5); tries += 1) {
    const status = await askSupervisor(control, { ask: 'ready' }, Status, progress).catch(
      (error: unknown) => {
        if (error instanceof SupervisorGone) return undefined
        throw error
      },
    )
    if (status !== undefined) return status
    const why = over() ? await readFile(installation.failure, 'utf8').catch(() => '') : ''
    if (why !== '') throw new Failure(why)
    await delay(50)
  }
  throw new Failure(`the supervisor did not start; see ${join(installation.logs, 'supervisor.log')}`)
}

const mostTries = 600

/** What `up` ends with: a message that was delivered, the demo where asked for, and where everything is. */
async function greet(input: Input, installation: Installation, status: Status): Promise<void> {
  const { out } = input
  const { organisationMaker } = await import('../organisations.ts')
  const create = organisationMaker(installation, status)
  const ca = await readFile(join(installation.dir, 'ca', 'public-ca.crt'), 'utf8')
  const tookMs = await sendFirstMessage({ installation, status, create, ca, progress: out.progress })
  let demo: Demo | undefined
  if (input.flag('demo')) {
    const url = hostUrl(demoSubdomain, status)
    const api = publicApi({ url, ca })
    demo = await ensureDemo({ installation, ids: systemIds, create, api, url, progress: out.progress })
    await askSupervisor(installation.control, { ask: 'refresh' }, z.null())
  }
  const run = await readDocument(installation.run, RunFile)
  out.document({ ...run, delivered_ms: tookMs })
  out.say(`a message was delivered in ${tookMs} ms`)
  out.say(`Parley answers on ${status.url} (CA ${join(installation.dir, 'ca', 'public-ca.crt')})`)
  for (const account of demo === undefined ? [] : [demo.owner, ...demo.users]) {
    out.say(`  ${account.full_name.padEnd(12)} ${account.email.padEnd(20)} password ${account.password}`)
  }
}

const hostUrl = (subdomain: string, { port }: Status): string => `https://${subdomain}.localhost:${port}`

const Check = z.object({ email: z.string(), apiKey: z.string(), userId: z.int() })

interface FirstMessage {
  installation: Installation
  status: Status
  create: CreateOrganisation
  ca: string
  progress: (line: string) => void
}

/** In an organisation of its own, so that nobody's messages are touched; from one gateway to another. */
async function sendFirstMessage(options: FirstMessage): Promise<number> {
  const { installation, status, create, ca, progress } = options
  progress('sending a first message')
  const login = (await readDocument(installation.check, Check)) ?? (await makeCheck(installation, create))
  const url = hostUrl(checkHost, status)
  const sender = publicApi({ url, ca, address: gatewayAddress(1) })
  const receiver = publicApi({ url, ca, address: gatewayAddress(status.gateways) })
  return Math.round(await deliverOne({ sender, receiver }, login, systemClock))
}

async function makeCheck(
  installation: Installation,
  create: CreateOrganisation,
): Promise<z.infer<typeof Check>> {
  const made = await create({
    name: 'Delivery check',
    subdomain: checkHost,
    ownerEmail: 'check@delivery-check.example',
    ownerName: 'Delivery Check',
    ownerPassword: null,
  })
  const login = { email: made.email, apiKey: made.apiKey, userId: made.user }
  await writeDocument(installation.check, login)
  return login
}
