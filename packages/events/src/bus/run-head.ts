import { seq, type Seq } from '@parley/core'
import { headers, type MsgHdrs } from '@nats-io/nats-core'

/** What a run holds, told in the message's headers: who only wants to know whether it concerns them needs no more. */
export interface RunHead {
  readonly from: Seq
  readonly to: Seq
  /** Each type once. */
  readonly types: readonly string[]
}

const name = 'Parley-Run'
const pattern = /^(\d{1,15}) (\d{1,15}) (\S+)$/

export function runHeaders({ from, to, types }: RunHead): MsgHdrs {
  const made = headers()
  made.set(name, `${from} ${to} ${types.join(',')}`)
  return made
}

/** Null where the message tells nothing that can be understood. */
export function runHeadOf(given: MsgHdrs | undefined): RunHead | null {
  const found = pattern.exec(given?.get(name) ?? '')
  if (!found) return null
  const [, from, to, types = ''] = found
  return { from: seq(Number(from)), to: seq(Number(to)), types: types.split(',') }
}
