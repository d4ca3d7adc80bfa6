import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { inspecting } from './inspector.ts'

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

/** A CPU profile of a running Node process. */
export function profileOf(pid: number, seconds: number): Promise<Profile> {
  return inspecting(pid, async (ask) => {
    await ask('Profiler.enable')
    await ask('Profiler.setSamplingInterval', { interval: 200 })
    await ask('Profiler.start')
    await delay(seconds * 1000)
    return z.object({ profile: Profile }).parse(await ask('Profiler.stop')).profile
  })
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
