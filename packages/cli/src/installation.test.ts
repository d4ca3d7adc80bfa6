import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { readDocument, writeDocument } from './installation.ts'

test('a document is its owner’s alone, absent or whole; a damaged one is told', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'installation-'))
  const path = join(dir, 'it.json')
  const schema = z.object({ a: z.int() })
  try {
    expect(await readDocument(path, schema)).toBeUndefined()
    await writeDocument(path, { a: 1 })
    expect(await readDocument(path, schema)).toEqual({ a: 1 })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    for (const damaged of ['{', '{"a":"1"}']) {
      await writeFile(path, damaged)
      await expect(readDocument(path, schema)).rejects.toThrow(`${path} is damaged`)
    }
  } finally {
    await rm(dir, { recursive: true })
  }
})
