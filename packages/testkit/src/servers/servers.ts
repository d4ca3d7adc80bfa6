import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import { z } from 'zod'
import { TestServers } from './instances.ts'

const Answer = z.union([z.object({ servers: TestServers }), z.object({ error: z.string() })])

let known: Promise<TestServers> | undefined

/** The servers of this test run, started by the first test that asks. */
export function testServers(): Promise<TestServers> {
  known ??= ask(inject('parleyServers'))
  return known
}

async function ask(path: string): Promise<TestServers> {
  const answer = Answer.parse(JSON.parse(await text(connect(path))))
  if ('error' in answer) throw new Error(`the test servers did not start: ${answer.error}`)
  return answer.servers
}
