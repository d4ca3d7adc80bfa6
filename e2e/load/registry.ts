import type { Bench } from './bench.ts'
import type { Measured } from './figure.ts'
import { request } from './figures/request.ts'
import { send } from './figures/send.ts'

/** Every figure by the name it is asked for with, in the order they are measured. */
export const figures: Readonly<Record<string, (bench: Bench) => Promise<Measured>>> = {
  request,
  send,
}
