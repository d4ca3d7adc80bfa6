import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type Product, type Scene, scene, startProduct } from '../product.ts'
import { type Pinned, startPinned } from './pinned.ts'

/** What a figure measures with. */
export interface Bench {
  /** The core of everything that is measured; the generator has another one. */
  readonly core: number
  /** Says what is being done. */
  readonly progress: (line: string) => void
  /** How many messages `seed` makes. */
  readonly messages: number
}

/** The product, all of it on one core unless a figure lets it have every one. */
export interface Measuree extends AsyncDisposable {
  readonly product: Product
  /** An organisation of its own. */
  readonly scene: Scene
  readonly ca: string
  readonly port: number
  /** Every process, as `cpuOf` takes them. */
  readonly roots: ReadonlyMap<number, string>
  /** Starts a bare program on the same core. */
  limit(name: string, options?: object): Promise<Pinned>
}

const Pid = z.coerce.number().int().positive()

/** Every core of the machine, the generator's too. */
export const everyCore = (): string => `0-${cpus().length - 1}`

/** Starts the product with one gateway: on one core a second would only share it. */
export async function startMeasuree(
  bench: Bench,
  gateways = 1,
  cores = String(bench.core),
): Promise<Measuree> {
  bench.progress('starting the product')
  await using stack = new AsyncDisposableStack()
  const product = stack.use(await startProduct({ gateways, cores }))
  const made = stack.use(await scene(product))
  const { processes, ca, url } = product.state()
  const [pid] = readFileSync(join(product.data, 'pids', 'supervisor.pid'), 'utf8').split(/\s/)
  const supervisor = Pid.parse(pid)
  const named = processes.map(({ name, pid }) => [pid, name] as const)
  const moved = stack.move()
  return {
    product,
    scene: made,
    ca: readFileSync(ca, 'utf8'),
    port: Number(new URL(url).port),
    roots: new Map([...named, [supervisor, 'supervisor']]),
    limit: (name, options = {}) => startPinned(bench.core, name, { data: product.data, ...options }),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  }
}
