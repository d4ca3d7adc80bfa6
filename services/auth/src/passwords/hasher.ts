import { hash, parseOptions, verify } from '@node-rs/argon2'
import { passwordMaxBytes } from '@parley/api'
import { type Ids, type Secret, unavailable } from '@parley/core'

/** What a guess at a password came to; `outdated`: right, but kept under older parameters. */
export type Guess = 'wrong' | 'right' | 'outdated'

export interface HasherOptions {
  /** Hashes computed at a time; each holds 19 MiB and a thread. */
  readonly concurrency: number
  /** How many may wait beside those; more are refused at once. */
  readonly queue: number
}

/** Computes and checks argon2id hashes, a bounded number at a time. */
export interface Hasher {
  /** @throws AppError UNAVAILABLE where too many wait already */
  hash(password: Secret): Promise<string>
  /**
   * Checks a guess against a stored hash. Without one (nobody of that name, or without a password) the same work is
   * done on a hash nobody knows the password of, so that the answer comes by the same path.
   * @throws AppError UNAVAILABLE where too many wait already
   */
  verify(stored: string | null, password: Secret): Promise<Guess>
}

/** OWASP's recommendation for argon2id (`algorithm` 2): 19 MiB, two passes, one lane. */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 }

/** Makes the hasher; computes one hash for the checks of accounts that are not there. */
export async function createHasher(options: HasherOptions, ids: Ids): Promise<Hasher> {
  const inTurn = bounded(options)
  const nobodys = await hash(ids.bytes(32), parameters)
  return {
    hash: (password) => inTurn(() => hash(password.expose(), parameters)),
    verify: (stored, password) =>
      inTurn(async () => {
        const tooLong = Buffer.byteLength(password.expose()) > passwordMaxBytes
        const known = stored !== null && !tooLong
        const right = await verify(known ? stored : nobodys, tooLong ? '' : password.expose())
        if (!known || !right) return 'wrong'
        return isCurrent(stored) ? 'right' : 'outdated'
      }),
  }
}

function isCurrent(stored: string): boolean {
  const used = parseOptions(stored)
  return (
    stored.startsWith('$argon2id$v=19$') &&
    used.memoryCost === parameters.memoryCost &&
    used.timeCost === parameters.timeCost &&
    used.parallelism === parameters.parallelism
  )
}

/** Runs at most `concurrency` pieces of work at a time; `queue` more wait their turn. */
function bounded({ concurrency, queue }: HasherOptions) {
  let running = 0
  const waiting: (() => void)[] = []
  return async <R>(work: () => Promise<R>): Promise<R> => {
    if (running >= concurrency) {
      if (waiting.length >= queue) throw unavailable()
      // Whoever finishes hands its place over, so `running` stays.
      await new Promise<void>((start) => waiting.push(start))
    } else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
