import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Daemon, freePorts, startNats } from '@parley/cli'
import { certDirOf } from './certificates.ts'
import { testServers } from './servers.ts'

/** A NATS server of one test's own, which it may stop and wipe. */
export interface PrivateNats extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** Killed, as a crash would; its files stay. */
  kill(): Promise<void>
  /** On the same port, with the files that are there. */
  start(): Promise<void>
  /** Kills it and deletes everything JetStream stored. */
  wipe(): Promise<void>
}

/** Starts a NATS server that only this test uses. */
export async function privateNats(): Promise<PrivateNats> {
  const servers = await testServers()
  const dir = await mkdtemp(join(servers.dir, 'nats-'))
  const [port = 0] = await freePorts(1)
  let daemon: Daemon | undefined
  const start = async (): Promise<void> => {
    daemon = await startNats({
      dir,
      port,
      certs: certDirOf(servers, 'nats'),
      trustDomain: servers.trustDomain,
    })
  }
  const kill = async (): Promise<void> => {
    daemon?.signal('SIGKILL')
    await daemon?.exited
    daemon = undefined
  }
  await start()
  return {
    port,
    url: `tls://127.0.0.1:${port}`,
    start,
    kill,
    async wipe() {
      await kill()
      await rm(join(dir, 'data'), { recursive: true, force: true })
    },
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
