import { maxFetch } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import { z } from 'zod'

/** Above every message id (Zulip API: the anchor `newest`, and the one answered where nothing is unread). */
export const beyondNewest = 10_000_000_000_000_000

/** A place by a message id, whose message may be missing; the first unread message; the first of a time or later. */
export type Anchor = number | 'first_unread' | Date

/** Messages around an anchor. */
export interface Around {
  readonly kind: 'around'
  readonly anchor: Anchor
  readonly includeAnchor: boolean
  readonly before: number
  readonly after: number
}
/** Which messages of a narrow: around an anchor, or the named ones. */
export type Wanted = { readonly kind: 'ids'; readonly ids: readonly number[] } | Around

interface Given {
  readonly anchor?: string | undefined
  readonly anchor_date?: string | undefined
  readonly include_anchor: boolean
  readonly num_before?: number | undefined
  readonly num_after?: number | undefined
  readonly message_ids?: readonly number[] | undefined
  readonly use_first_unread_anchor: boolean
}

const missing = (name: string): AppError =>
  new AppError('REQUEST_VARIABLE_MISSING', `Missing '${name}' argument`, { data: { var_name: name } })

/** @throws AppError BAD_REQUEST or REQUEST_VARIABLE_MISSING, in the words of Zulip's API */
export function parseWanted(given: Given): Wanted {
  const { anchor, num_before: before, num_after: after, message_ids: ids } = given
  if (ids !== undefined) {
    const around = [anchor, given.anchor_date, before, after].some((one) => one !== undefined)
    if (around || given.use_first_unread_anchor)
      throw badRequest('Unsupported parameter combination: num_before, num_after, anchor, message_ids')
    return { kind: 'ids', ids: [...new Set(ids)] }
  }
  return parseAround(given)
}

/** @throws AppError as `parseWanted` */
export function parseAround(given: Omit<Given, 'message_ids'>): Around {
  const { num_before: before, num_after: after } = given
  if (before === undefined) throw missing('num_before')
  if (after === undefined) throw missing('num_after')
  const value = parseAnchor(given)
  if (before + after > maxFetch) throw badRequest(`Too many messages requested (maximum ${maxFetch}).`)
  if (before > 0 && after > 0 && !given.include_anchor)
    throw badRequest('The anchor can only be excluded at an end of the range')
  return { kind: 'around', anchor: value, includeAnchor: given.include_anchor, before, after }
}

function parseAnchor({ anchor, anchor_date: date, use_first_unread_anchor: firstUnread }: Given): Anchor {
  if (date !== undefined && anchor !== 'date') throw badRequest('anchor_date goes with the anchor date only')
  if (firstUnread || anchor === 'first_unread') return 'first_unread'
  if (anchor === undefined) throw missing('anchor')
  if (anchor === 'date') return parseDate(date)
  if (anchor === 'oldest') return 0
  if (anchor === 'newest') return beyondNewest
  if (!/^-?\d{1,30}$/.test(anchor)) throw badRequest('Invalid anchor')
  return Math.min(Math.max(Number(anchor), 0), beyondNewest)
}

const IsoDate = z.union([z.iso.datetime({ offset: true, local: true }), z.iso.date()])
const zone = /(?:Z|[+-]\d\d:?\d\d)$/

/** ISO 8601; without a zone it is UTC. */
function parseDate(given: string | undefined): Date {
  if (given === undefined) throw missing('anchor_date')
  const text = IsoDate.safeParse(given)
  if (!text.success) throw badRequest('anchor_date is not a date or time of ISO 8601')
  const { data } = text
  return new Date(data.includes('T') && !zone.test(data) ? `${data}Z` : data)
}
