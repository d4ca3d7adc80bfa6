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

/** How many channels are remembered, of all organisations: at some 2 KB each. */
const most = 40_000

/**
 * Rows of channels as they were read from transactions that only read, by the transaction that wrote them: a row that
 * carries the same one is the same. They are what lists of thousands of channels consist of, and hardly ever change.
 */
export class StandingChannels {
  #since = ''
  /** Two generations: who is not asked for while the younger one fills is forgotten with the older. */
  #young = new Map<string, Standing>()
  #old = new Map<string, Standing>()
  readonly #half: number

  constructor(atMost = most) {
    this.#half = Math.ceil(atMost / 2)
  }

  /** Forgets everything where Postgres was started anew: its data may be a backup's, with other transactions by the same numbers. */
  startedAt(since: string): void {
    if (since === this.#since) return
    this.#since = since
    this.#young = new Map()
    this.#old = new Map()
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
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, standing)
  }
}

const keyOf = (org: OrgId, channelId: number): string => `${org}/${channelId}`
