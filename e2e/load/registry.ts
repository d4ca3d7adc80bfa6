import type { Bench } from './bench.ts'
import type { Measured } from './figure.ts'
import { access } from './figures/access.ts'
import { delay } from './figures/delay.ts'
import { fanout } from './figures/fanout.ts'
import { flat } from './figures/flat.ts'
import { memory } from './figures/memory.ts'
import { request } from './figures/request.ts'
import { seed } from './figures/seed.ts'
import { send } from './figures/send.ts'

/** Every figure by the name it is asked for with, in the order they are measured. */
export const figures: Readonly<Record<string, (bench: Bench) => Promise<Measured>>> = {
  access,
  request,
  send,
  fanout,
  delay,
  flat,
  memory,
  seed,
}
