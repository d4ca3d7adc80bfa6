import { ChannelObject, type listChannels } from '@parley/api'
import { Written } from '@parley/kit'
import type { z } from 'zod'
import type { KnownChannel } from '../repo/known-channels.ts'
import type { Standing } from '../repo/standing-channels.ts'
import { channelObject, channelRowOf, isRecentlyActive } from './channel-object.ts'

type Listed = z.input<(typeof listChannels)['response']>

/**
 * The answer of `GET /streams`, of which nearly all is written once for everybody.
 * @param nowMs the wall clock
 * @param withDefault tells of each channel whether new accounts are in it
 */
export function writtenChannels(
  channels: readonly KnownChannel[],
  nowMs: number,
  withDefault: boolean,
): Written<Listed> {
  const pieces: (string | Buffer)[] = ['{"streams":[']
  for (const [i, channel] of channels.entries()) {
    const opening = openingOf(channel)
    pieces.push(i === 0 ? opening.subarray(1) : opening, endingOf(channel, nowMs, withDefault))
  }
  return new Written([...pieces, ']}'])
}

/** By row: the JSON of what does not differ between two lists that have it, behind a comma and open at its end. */
const openings = new WeakMap<Standing, Buffer>()

/** What differs, to the object's end. */
function endingOf(channel: KnownChannel, nowMs: number, withDefault: boolean): string {
  const { standing, subscriber_count, first_message_id, last_sent_at } = channel
  const active = isRecentlyActive(standing.row.created_at, last_sent_at, nowMs)
  let json = `,"subscriber_count":${subscriber_count},"first_message_id":${first_message_id},"is_recently_active":${active}`
  for (const name of standing.inPlace)
    json += `,"${name}":${JSON.stringify(channel.setting_values[standing.row[name]])}`
  return withDefault ? `${json},"is_default":${standing.row.is_default}}` : `${json}}`
}

function openingOf(channel: KnownChannel): Buffer {
  const known = openings.get(channel.standing)
  if (known !== undefined) return known
  const varying: ReadonlySet<string> = new Set([...counted, ...channel.standing.inPlace])
  const whole = ChannelObject.parse(channelObject(channelRowOf(channel), 0))
  const standing = Object.entries(whole).filter(([key]) => !varying.has(key))
  const opening = Buffer.from(`,${JSON.stringify(Object.fromEntries(standing)).slice(0, -1)}`)
  openings.set(channel.standing, opening)
  return opening
}

const counted = ['subscriber_count', 'first_message_id', 'is_recently_active'] as const
