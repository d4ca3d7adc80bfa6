import type { Child } from '../child.ts'

/** A running private instance of Postgres, NATS or Redis. */
export interface Daemon extends Child {
  readonly port: number
  /** Takes up certificates that were replaced on disk; open connections stay. */
  reload(): Promise<void>
}

/** What every daemon is started with. */
export interface DaemonOptions {
  /** Its own folder; made when missing, resumed when there. */
  dir: string
  /** On 127.0.0.1. */
  port: number
  /** The folder with its `server.crt`, `server.key` and `ca.crt`. */
  certs: string
  /** Receives what it logs. */
  onOutput?: ((chunk: Buffer) => void) | undefined
}
