import { type ChannelGroupSetting, channelGroupSettings } from '@parley/access'
import type { OrgId } from '@parley/core'
import type { StandingRow } from './channel-row.ts'

/** One state of a channel's row. */
export interface Standing {
  /** The transaction that wrote the row. */
  readonly version: number
  readonly row: StandingRow
  /** Permissions that name people and groups in place; such a group never becomes one with a name, nor the reverse. */
  readonly inPlace: readonly ChannelGroupSetting[]
}

/** How much is remembered, of all organisations: characters of what people wrote, and some for the rest of each row. */
const mostCharacters = 40_000_000
const ofEach = 1_000

/**
 * Rows of channels as they were read from transactions that only read, by the transaction that wrote them: a row that
 * carries the same one is the same. They are what lists of thousands of channels consist of, and hardly ever change.
 */
export class StandingChannels {
  #since = ''
  /** Two generations: who is not asked for while the younger one fills is forgotten with the older. */
  #young = new Map<string, Standing>()
  #old = new Map<string, Standing>()
  #characters = 0
  readonly #half: number

  /** @param most in characters; a row counts what people wrote of it and a thousand for the rest */
  constructor(most = mostCharacters) {
    this.#half = most / 2
  }

  /** Forgets everything where Postgres was started anew: its data may be a backup's, with other transactions by the same numbers. */
  startedAt(since: string): void {
    if (since === this.#since) return
    this.#since = since
    this.#young = new Map()
    this.#old = new Map()
    this.#characters = 0
  }

  get(org: OrgId, channelId: number, version: number): Standing | undefined {
    const key = keyOf(org, channelId)
    const young = this.#young.get(key)
    if (young) return young.version === version ? young : undefined
    const old = this.#old.get(key)
    if (old?.version !== version) return undefined
    this.#keep(key, old)
    return old
  }

  set(org: OrgId, row: StandingRow, version: number, inPlace: ReadonlySet<number>): Standing {
    const named = channelGroupSettings.filter((name) => inPlace.has(row[name]))
    const standing = { version, row, inPlace: named }
    this.#keep(keyOf(org, row.channel_id), standing)
    return standing
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  #keep(key: string, standing: Standing): void {
    const size = sizeOf(standing)
    if (this.#characters + size > this.#half) {
      this.#old = this.#young
      this.#young = new Map()
      this.#characters = 0
    }
    this.#young.set(key, standing)
    this.#characters += size
  }
}

const sizeOf = ({ row }: Standing): number =>
  ofEach + row.name.length + row.description.length + row.rendered_description.length

const keyOf = (org: OrgId, channelId: number): string => `${org}/${channelId}`
