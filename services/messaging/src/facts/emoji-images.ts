import { setTimeout as delay } from 'node:timers/promises'
import type { OrgId } from '@parley/core'
import type { Database } from '@parley/db'
import { readEmojiImages } from './own-emoji.ts'

/** Where the images of emoji in use are, by name. */
export type FindEmojiImages = (org: OrgId, names: readonly string[]) => Promise<ReadonlyMap<string, string>>

interface Together {
  readonly names: Set<string>
  readonly found: Promise<ReadonlyMap<string, string>>
}

/**
 * Names that messages of one moment hold are looked up together, and those that come meanwhile when that is done: under
 * load one transaction for dozens of sends. Always after they were asked for, so that an emoji is found from its answer on.
 * One that takes long holds nobody else up.
 */
export function createEmojiImages(database: Pick<Database, 'once'>): FindEmojiImages {
  const gathering = new Map<OrgId, Together>()
  const reading = new Map<OrgId, Promise<unknown>>()
  const read = async (org: OrgId, names: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> => {
    await new Promise(setImmediate)
    const before = reading.get(org)
    if (before) await Promise.race([before, delay(longMs, undefined, { ref: false })])
    gathering.delete(org)
    const found = readEmojiImages(database, org, [...names])
    const over = (): void => {
      if (reading.get(org) === done) reading.delete(org)
    }
    const done: Promise<void> = found.then(over, over)
    reading.set(org, done)
    return found
  }
  return async (org, names) => {
    if (names.length === 0) return none
    let together = gathering.get(org)
    if (!together) {
      const asked = new Set<string>()
      together = { names: asked, found: read(org, asked) }
      gathering.set(org, together)
    }
    for (const name of names) together.names.add(name)
    return together.found
  }
}

const longMs = 100
const none: ReadonlyMap<string, string> = new Map()
