import { closeSync, existsSync, openSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { basename, dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { Failure } from '../command.ts'

/** The name that stands for every service; Postgres, NATS and Redis are none. */
export const allServices = 'services'

/** What the command asks of a running supervisor. */
export const Request = z.discriminatedUnion('ask', [
  /** Answers when everything is ready. */
  z.object({ ask: z.literal('ready') }),
  z.object({ ask: z.literal('status') }),
  z.object({ ask: z.literal('restart'), name: z.string() }),
  /** Names another subdomain of localhost in the public certificate. */
  z.object({ ask: z.literal('add-host'), host: z.string() }),
  /** Replaces the authority of the certificates between processes. */
  z.object({ ask: z.literal('rotate-ca') }),
  /** Revokes every certificate of an identity. */
  z.object({ ask: z.literal('revoke'), name: z.string() }),
  /** Reads DIR/demo.json again. */
  z.object({ ask: z.literal('refresh') }),
  z.object({ ask: z.literal('down') }),
])
export type Request = z.infer<typeof Request>

const Reply = z.union([
  z.object({ progress: z.string() }),
  z.object({ result: z.unknown() }),
  z.object({ failed: z.string() }),
])

/** Answers one request; `progress` is shown to whoever waits. Failures are told, other errors too. */
export type Answer = (request: Request, progress: (line: string) => void) => Promise<unknown>

// The path of a Unix socket holds 107 bytes and DIR may be deeper: then its folder is named by a descriptor.
const longest = 100

function near(path: string): { path: string; release(): void } {
  if (Buffer.byteLength(path) <= longest) return { path, release() {} }
  const folder = openSync(dirname(path), 'r')
  return { path: `/proc/self/fd/${folder}/${basename(path)}`, release: () => closeSync(folder) }
}

/** Listens for requests on a socket in a folder that only its owner may enter. */
export async function serveControl(path: string, answer: Answer): Promise<Server> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await rm(path, { force: true })
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    void serveOne(socket, answer)
  })
  const target = near(path)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(target.path, resolve)
  })
  server.once('close', () => target.release())
  return server
}

async function serveOne(socket: Socket, answer: Answer): Promise<void> {
  const say = (reply: z.infer<typeof Reply>): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`)
  }
  for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) {
    try {
      const request = Request.parse(JSON.parse(line))
      const result = await answer(request, (progress) => say({ progress }))
      say({ result: result ?? null })
    } catch (error) {
      say({ failed: error instanceof Error ? error.message : String(error) })
    }
    socket.end()
  }
}

/** The supervisor ended while somebody waited for its answer. */
export class SupervisorGone extends Failure {
  constructor() {
    super('the supervisor ended before it answered')
  }
}

/**
 * Asks a running supervisor. Undefined when none listens; throws Failure with what it says, SupervisorGone
 * when it ends instead of answering.
 */
export async function askSupervisor<S extends z.ZodType>(
  path: string,
  request: Request,
  schema: S,
  progress: (line: string) => void = () => {},
): Promise<z.infer<S> | undefined> {
  if (!existsSync(path)) return undefined
  const target = near(path)
  const socket = connect(target.path)
  const there = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  })
  target.release()
  if (!there) return undefined
  socket.write(`${JSON.stringify(request)}\n`)
  try {
    for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) {
      const reply = Reply.parse(JSON.parse(line))
      if ('progress' in reply) progress(reply.progress)
      else if ('failed' in reply) throw new Failure(reply.failed)
      else return schema.parse(reply.result)
    }
  } catch (error) {
    // A connection that was still waiting to be accepted is reset.
    if (error instanceof Error && 'syscall' in error) throw new SupervisorGone()
    throw error
  }
  throw new SupervisorGone()
}
