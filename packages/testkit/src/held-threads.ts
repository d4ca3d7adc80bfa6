import { Worker } from 'node:worker_threads'

/** Threads that hold every message they are to make code or formulas of until they are let go. */
export interface HeldThreads {
  /** Starts one. */
  readonly start: () => Worker
  /** From now on whatever they have, and get, is made. */
  readonly letGo: () => void
  /** Resolves when one has a message in its hands. */
  readonly isHeld: () => Promise<void>
  /** How many messages they have had in their hands. */
  readonly taken: () => number
  /** As in the beginning, for the next test. */
  readonly holdAgain: () => void
}

export function heldThreads(): HeldThreads {
  /** 1 lets threads go on. */
  const gate = new Int32Array(new SharedArrayBuffer(4))
  /** How many messages threads have in their hands, or had. */
  const taken = new Int32Array(new SharedArrayBuffer(4))
  return {
    start: () =>
      new Worker(
        `const { parentPort, workerData: { gate, taken } } = require('node:worker_threads')
         parentPort.on('message', (parts) => {
           Atomics.add(taken, 0, 1)
           Atomics.notify(taken, 0)
           Atomics.wait(gate, 0, 0)
           parentPort.postMessage(parts.map(() => 'held'))
         })
         parentPort.postMessage('ready')`,
        { eval: true, stdout: true, stderr: true, workerData: { gate, taken } },
      ),
    letGo() {
      Atomics.store(gate, 0, 1)
      Atomics.notify(gate, 0)
    },
    async isHeld() {
      const wait = Atomics.waitAsync(taken, 0, 0)
      if (wait.async) await wait.value
    },
    taken: () => Atomics.load(taken, 0),
    holdAgain() {
      Atomics.store(gate, 0, 0)
      Atomics.store(taken, 0, 0)
    },
  }
}
