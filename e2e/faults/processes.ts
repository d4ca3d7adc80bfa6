import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Product } from '../product.ts'

const patience = { timeout: 60_000, interval: 100 }

export const pidOf = (product: Pick<Product, 'state'>, name: string): number => {
  const pid = product.state().processes.find((process) => process.name === name)?.pid
  if (pid === undefined) throw new Error(`${name} is not in run.json`)
  return pid
}

/** Kills a process with -9; resolves when it is gone, and not before: a fault test proves its fault. */
export async function kill(product: Pick<Product, 'state'>, name: string): Promise<{ readonly pid: number }> {
  const pid = pidOf(product, name)
  process.kill(pid, 'SIGKILL')
  const now = (): number | undefined => product.state().processes.find((p) => p.name === name)?.pid
  await expect.poll(now, patience).not.toBe(pid)
  return { pid }
}

/** Resolves when the supervisor has a new process of that name and it is ready. */
export async function backAgain(product: Product, name: string): Promise<void> {
  const ready = async (): Promise<string | undefined> => {
    const { processes } = JSON.parse(
      // `status` ends with 1 while something is not ready.
      await product.parley(['status', '--json']).catch(() => '{"processes":[]}'),
    ) as { processes: { name: string; state: string }[] }
    return processes.find((p) => p.name === name)?.state
  }
  await expect.poll(ready, patience).toBe('ready')
}

/** The state letter of a process: T while it is stopped. */
const stateOf = (pid: number): string => /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? ''

/** Pauses a process (SIGSTOP) while `during` runs. */
export async function paused(
  product: Pick<Product, 'state'>,
  name: string,
  during: () => Promise<void>,
): Promise<void> {
  const pid = pidOf(product, name)
  process.kill(pid, 'SIGSTOP')
  try {
    await expect.poll(() => stateOf(pid), patience).toBe('T')
    await during()
    expect(stateOf(pid)).toBe('T')
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}
