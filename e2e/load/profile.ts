import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { z } from 'zod'

const Profile = z.object({
  nodes: z.array(
    z.object({
      id: z.int(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.int() }),
      children: z.array(z.int()).optional(),
    }),
  ),
  samples: z.array(z.int()),
  timeDeltas: z.array(z.number()),
})
export type Profile = z.infer<typeof Profile>

const Answer = z.object({ id: z.int(), result: z.unknown() })
const Targets = z.array(z.object({ webSocketDebuggerUrl: z.string() }))

/** Where Node listens for a debugger that was asked for by a signal. */
const inspectorUrl = 'http://127.0.0.1:9229/json/list'

/** A CPU profile of a running Node process; its debugger is open meanwhile, so one process at a time. */
export async function profileOf(pid: number, seconds: number): Promise<Profile> {
  process.kill(pid, 'SIGUSR1')
  const socket = new WebSocket(await debuggerUrl())
  await once(socket, 'open')
  let last = 0
  const ask = async (method: string, params: object = {}): Promise<unknown> => {
    const id = ++last
    socket.send(JSON.stringify({ id, method, params }))
    for (;;) {
      const message: unknown = (await once(socket, 'message'))[0]
      const answer = Answer.safeParse(JSON.parse(String(message)))
      if (answer.data?.id === id) return answer.data.result
    }
  }
  await ask('Profiler.enable')
  await ask('Profiler.setSamplingInterval', { interval: 200 })
  await ask('Profiler.start')
  await delay(seconds * 1000)
  const { profile } = z.object({ profile: Profile }).parse(await ask('Profiler.stop'))
  const closing = `setTimeout(() => process.getBuiltinModule('node:inspector').close(), 50)`
  await ask('Runtime.evaluate', { expression: closing })
  socket.terminate()
  // The next process listens at the same place.
  await closed()
  return profile
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

/** One kind of work, and which code does it. */
export interface Step {
  readonly name: string
  /** Matched against the files of a call stack, the innermost first. */
  readonly files: RegExp
}

/**
 * Shares of the time a process was busy, by step. `named` steps count wherever they stand in the stack, the innermost
 * first; where none does, `around` ones: the machinery that all of them use.
 */
export function sharesOf(
  profile: Profile,
  named: readonly Step[],
  around: readonly Step[],
): Record<string, number> {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((c) => [c, id] as const)),
  )
  const names = new Map<number, string | null>()
  const nameOf = (leaf: number): string | null => {
    const { functionName } = nodes.get(leaf)?.callFrame ?? { functionName: '' }
    if (functionName === '(idle)') return null
    if (functionName === '(garbage collector)') return 'garbage collection'
    for (const steps of [named, around])
      for (let at: number | undefined = leaf; at !== undefined; at = parents.get(at)) {
        const url = nodes.get(at)?.callFrame.url ?? ''
        const step = steps.find(({ files }) => files.test(url))
        if (step) return step.name
      }
    return functionName === '(program)' ? 'system calls and Node itself' : 'other'
  }
  const sums: Record<string, number> = {}
  let all = 0
  profile.samples.forEach((id, i) => {
    if (!names.has(id)) names.set(id, nameOf(id))
    const name = names.get(id)
    const took = profile.timeDeltas[i] ?? 0
    if (name === null || name === undefined) return
    sums[name] = (sums[name] ?? 0) + took
    all += took
  })
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / all]))
}
