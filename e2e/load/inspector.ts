import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { z } from 'zod'

const Answer = z.object({ id: z.int(), result: z.unknown() })
const Targets = z.array(z.object({ webSocketDebuggerUrl: z.string() }))

/** Where Node listens for a debugger that was asked for by a signal. */
const inspectorUrl = 'http://127.0.0.1:9229/json/list'

/** Asks a method of the Chrome DevTools protocol. */
export type Ask = (method: string, params?: object) => Promise<unknown>

/** Opens the debugger of a running Node process for the time of `work`; one process at a time. */
export async function inspecting<R>(pid: number, work: (ask: Ask) => Promise<R>): Promise<R> {
  process.kill(pid, 'SIGUSR1')
  const socket = new WebSocket(await debuggerUrl())
  await once(socket, 'open')
  let last = 0
  const ask: Ask = async (method, params = {}) => {
    const id = ++last
    socket.send(JSON.stringify({ id, method, params }))
    for (;;) {
      const message: unknown = (await once(socket, 'message'))[0]
      const answer = Answer.safeParse(JSON.parse(String(message)))
      if (answer.data?.id === id) return answer.data.result
    }
  }
  const result = await work(ask)
  const closing = `setTimeout(() => process.getBuiltinModule('node:inspector').close(), 50)`
  await ask('Runtime.evaluate', { expression: closing })
  socket.terminate()
  // The next process listens at the same place.
  await closed()
  return result
}

/** Lets a process throw away what nothing refers to any more. @returns bytes that its JavaScript holds afterwards */
export function heldBy(pid: number): Promise<number> {
  return inspecting(pid, async (ask) => {
    // What the first finds unreachable may hold what only the second can free.
    await ask('HeapProfiler.collectGarbage')
    await ask('HeapProfiler.collectGarbage')
    const expression = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())'
    const answer = await ask('Runtime.evaluate', { expression })
    return z.object({ result: z.object({ value: z.number() }) }).parse(answer).result.value
  })
}

async function closed(): Promise<void> {
  for (;;) {
    const answer = await fetch(inspectorUrl).catch(() => null)
    if (answer === null) return
    await answer.text()
    await delay(50)
  }
}

async function debuggerUrl(): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      const [target] = Targets.parse(await (await fetch(inspectorUrl)).json())
      if (target) return target.webSocketDebuggerUrl
    } catch (error) {
      if (tries > 50) throw error
    }
    await delay(100)
  }
}
