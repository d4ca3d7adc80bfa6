/** Bytes in memory that is used again: whoever holds them may read them until they are released. */
export interface Lent {
  /** @throws TypeError once released */
  readonly bytes: Buffer
  /**
   * Gives the memory back, where it has not been already. Only for who knows that nothing reads of it any more: no
   * socket, no compressor. Whoever does not know lets go of it instead, and it goes as all other memory does.
   */
  release(): void
}

/** Bytes that are nobody else's; releasing them does nothing. */
export const owned = (bytes: Buffer): Lent => ({ bytes, release() {} })

/** Some of the bytes of `whole`, which is released with them. */
export const part = (whole: Lent, start: number, end?: number): Lent => ({
  get bytes() {
    return whole.bytes.subarray(start, end)
  },
  release: () => whole.release(),
})

/** Less is taken from Node, which is quick about it. */
export const leastPooled = 64 * 1024

/**
 * Memory for large answers, used again and again: V8 counts what lies outside of its heap, and walks the whole heap of
 * the process for each 64 MB that is new there (adr 0053).
 */
export class Pool {
  /** Given back and not yet taken again, those of longest ago first. */
  readonly #idle: Buffer[] = []
  readonly #mostIdle: number
  #idleBytes = 0
  #reused = 0
  #made = 0

  /** @param mostIdle bytes that are kept for later */
  constructor(mostIdle: number) {
    this.#mostIdle = mostIdle
  }

  get idleBytes(): number {
    return this.#idleBytes
  }

  /** How often memory was taken that had been used before, and how often there was none. */
  get taken(): { readonly reused: number; readonly made: number } {
    return { reused: this.#reused, made: this.#made }
  }

  /** @returns so many bytes, holding anything, for the caller alone until they are released */
  take(length: number): Lent {
    const size = sizeFor(length)
    const at = this.#idle.findLastIndex((memory) => memory.length === size)
    const [found] = at === -1 ? [] : this.#idle.splice(at, 1)
    if (found) {
      this.#idleBytes -= size
      this.#reused++
    } else this.#made++
    return this.#lend(found ?? Buffer.allocUnsafeSlow(size), length)
  }

  #lend(memory: Buffer, length: number): Lent {
    let bytes: Buffer | null = memory.subarray(0, length)
    return {
      get bytes() {
        if (bytes === null) throw new TypeError('released already')
        return bytes
      },
      release: () => {
        if (bytes === null) return
        bytes = null
        this.#keep(memory)
      },
    }
  }

  #keep(memory: Buffer): void {
    this.#idle.push(memory)
    this.#idleBytes += memory.length
    while (this.#idleBytes > this.#mostIdle) this.#idleBytes -= this.#idle.shift()?.length ?? 0
  }
}

/** Four sizes from each power of two to the next, so that at most a fifth of one is not used. */
function sizeFor(length: number): number {
  if (length <= leastPooled) return leastPooled
  const step = 2 ** (Math.ceil(Math.log2(length)) - 3)
  return Math.ceil(length / step) * step
}

/** What this process keeps for large answers: those of a few people who ask at the same time. */
export const pool = new Pool(64 * 1024 * 1024)
