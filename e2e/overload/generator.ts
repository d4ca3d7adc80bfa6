import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { basicHeader } from '@parley/testkit'
import type { Person, Scene } from '../product.ts'
import type { Target } from './connection.ts'

/** A load; sends go to `channel`, each with the content `name n`. */
export interface Job {
  readonly name: string
  readonly target: Target
  readonly host: string
  /** Accounts in turn. */
  readonly authorizations: readonly string[]
  readonly channel: string
  readonly connections: number
  /** Requests a second, answered or not; null: each connection asks again when it is answered. */
  readonly rate: number | null
  /** Null: until it is told to stop. */
  readonly ms: number | null
  /** Sends only, or one of four operations in turn. */
  readonly mixed: boolean
}

export interface Result {
  /** Requests begun. */
  readonly offered: number
  /** Requests that were due while every connection waited for an answer. */
  readonly skipped: number
  /** By kind and status, `send 200`. */
  readonly statuses: Readonly<Record<string, number>>
  /** Requests without an answer: `send cut`, `me hung`. */
  readonly faults: Readonly<Record<string, number>>
  /** Answers 429 and 503 that did not say when to come again. */
  readonly withoutRetryAfter: number
  /** Numbers of the sends that were answered 200. */
  readonly acknowledged: readonly number[]
  readonly slowestMs: number
  readonly ms: number
}

/** A process that makes load. */
export interface Generator extends AsyncDisposable {
  run(job: Job): Promise<Result>
  stop(): void
}

/** @param nice what others have before it of the processor: it stands for other machines, which take none of this one's */
export function startGenerator(nice = 0): Generator {
  const child = fork(join(import.meta.dirname, 'generator-process.ts'), {
    serialization: 'advanced',
    execArgv: [],
  })
  if (child.pid !== undefined && nice > 0) setPriority(child.pid, nice)
  return {
    async run(job) {
      child.send(job)
      const [result] = (await once(child, 'message')) as [Result]
      return result
    },
    stop: () => void child.send('stop'),
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}

/** What every job of a scene has in common; `address` chooses the gateway, all of them share 127.0.0.1. */
export function jobOf(stage: Scene, people: readonly Person[], address = '127.0.0.1') {
  const { host, port, hostname } = new URL(stage.org.url)
  return {
    target: { host: address, port: Number(port), ca: stage.ca, servername: hostname },
    host,
    authorizations: people.map((person) => basicHeader(person).authorization),
  }
}
