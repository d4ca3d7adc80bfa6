// A service process for the tests: what a main.ts does, with a service that only waits.
import { baseSettings, runService } from '../src/index.ts'

await runService('auth', baseSettings, async (config, { logger }) => {
  const stay = setInterval(() => {}, 60_000)
  logger.info('waiting')
  return {
    linkAddress: config.listen,
    async [Symbol.asyncDispose]() {
      clearInterval(stay)
    },
  }
})
