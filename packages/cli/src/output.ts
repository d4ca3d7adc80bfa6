import type { Writable } from 'node:stream'

/** Where a command's words go: the answer to stdout, progress to stderr. */
export interface Output {
  /** The answer, for people. Nothing when JSON was asked for. */
  say: (line: string) => void
  /** The answer, for programs; printed only when JSON was asked for. */
  document: (value: unknown) => void
  /** One of many answers for programs: a line of JSON, printed only when JSON was asked for. */
  record: (value: unknown) => void
  /** A step of long work: rewritten in place on a terminal, a line of its own elsewhere. */
  progress: (line: string) => void
  /** Ends the progress line on a terminal. */
  done: () => void
  /** Does nobody read the answer any more, as behind `| head`? What is said then is dropped. */
  gone: () => boolean
}

export interface OutputOptions {
  stdout: Writable
  stderr: Writable & { isTTY?: boolean }
  json: boolean
}

/** The output of one run of the command. */
export function createOutput({ stdout, stderr, json }: OutputOptions): Output {
  const terminal = stderr.isTTY === true
  let open = false
  let gone = false
  stdout.once('error', () => {
    gone = true
  })
  const print = (text: string): void => {
    if (!gone) stdout.write(text)
  }
  const done = (): void => {
    if (open) stderr.write('\r\u001B[K')
    open = false
  }
  return {
    say(line) {
      if (json) return
      done()
      print(`${line}\n`)
    },
    document(value) {
      if (json) print(`${JSON.stringify(value, null, 2)}\n`)
    },
    record(value) {
      if (json) print(`${JSON.stringify(value)}\n`)
    },
    progress(line) {
      done()
      stderr.write(terminal ? line : `${line}\n`)
      open = terminal
    },
    done,
    gone: () => gone,
  }
}
