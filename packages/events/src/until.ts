// What another process does is only seen by asking.
const askMs = 50

/**
 * Resolves when `done` says so: asked at once, whenever a waiter is called, and every 50 ms. What it throws is asked again.
 * @throws what the signal was aborted with
 */
export function until(
  done: () => Promise<boolean>,
  waiters: Set<() => void>,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const stop = (): void => {
      waiters.delete(look)
      clearInterval(timer)
      signal.removeEventListener('abort', aborted)
    }
    const aborted = (): void => {
      stop()
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    }
    const look = (): void => {
      done().then(
        (yes) => {
          if (!yes) return
          stop()
          resolve()
        },
        () => {},
      )
    }
    waiters.add(look)
    timer = setInterval(look, askMs)
    signal.addEventListener('abort', aborted)
    if (signal.aborted) aborted()
    else look()
  })
}
