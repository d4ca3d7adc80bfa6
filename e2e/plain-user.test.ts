import { execFile } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { freePort } from './ports.ts'

const run = promisify(execFile)
const nobody = 65_534

// Where the tests themselves run as a plain user, every other file shows the same.
test.runIf(process.getuid?.() === 0)(
  'a plain user starts, uses and stops an installation of their own',
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'parley-plain-'))
    chownSync(home, nobody, nobody)
    const parley = async (...args: string[]): Promise<string> => {
      const { stdout } = await run(
        resolve(import.meta.dirname, '../parley'),
        [...args, '--data', join(home, 'data')],
        {
          uid: nobody,
          gid: nobody,
          env: { HOME: home, PATH: '/usr/local/bin:/usr/bin:/bin' },
          timeout: 200_000,
        },
      )
      return stdout
    }
    try {
      const up = await parley('up', '--port', String(await freePort()), '--gateways', '1', '--json')
      const { delivered_ms: delivered } = z.object({ delivered_ms: z.int() }).parse(JSON.parse(up))
      expect(delivered).toBeGreaterThanOrEqual(0)
      const status = z.object({ ready: z.boolean() }).parse(JSON.parse(await parley('status', '--json')))
      expect(status.ready).toBe(true)
      await parley('down')
    } finally {
      await parley('down').catch(() => undefined)
      rmSync(home, { recursive: true, force: true })
    }
  },
  240_000,
)
