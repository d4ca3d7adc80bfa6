import { badRequest } from '@parley/core'

/** The fields of a request, still texts; a name given twice keeps its last value. */
export type Fields = Record<string, string>

export const maxFields = 1000
const maxNameLength = 200

/** No prototype, so that a field called `__proto__` is a field like any other. */
export const noFields = (): Fields => Object.create(null) as Fields

/** Adds one field. @throws AppError BAD_REQUEST where there are too many, or its name is too long */
export function addField(fields: Fields, name: string, value: string): void {
  if (name.length > maxNameLength) throw badRequest('Parameter name too long')
  if (!(name in fields) && Object.keys(fields).length >= maxFields) throw badRequest('Too many parameters')
  fields[name] = value
}

/**
 * Reads `application/x-www-form-urlencoded` text into `fields`.
 * @param encoded characters of the query string or body, all of them already valid UTF-8
 * @throws AppError BAD_REQUEST on a broken escape or escapes that are no UTF-8
 */
export function readUrlencoded(encoded: string, fields: Fields): void {
  if (encoded === '') return
  let from = 0
  for (let seen = 0; from <= encoded.length; seen++) {
    if (seen > maxFields) throw badRequest('Too many parameters')
    const end = encoded.indexOf('&', from)
    const pair = encoded.slice(from, end === -1 ? undefined : end)
    if (pair !== '') {
      const equals = pair.indexOf('=')
      const name = equals === -1 ? pair : pair.slice(0, equals)
      addField(fields, unescape(name), equals === -1 ? '' : unescape(pair.slice(equals + 1)))
    }
    if (end === -1) return
    from = end + 1
  }
}

function unescape(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    throw badRequest('Malformed URL encoding')
  }
}

/** Decodes bytes strictly. @throws AppError BAD_REQUEST where they are no UTF-8 */
export function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw badRequest('Request is not valid UTF-8')
  }
}

/** Nothing but ASCII, which is the same in both. */
const plain = /^[\0-\x7f]*$/

/** The query string of a request target. Node hands its bytes over as Latin-1. */
export function queryOf(target: string): string {
  const at = target.indexOf('?')
  if (at === -1) return ''
  const query = target.slice(at + 1)
  return plain.test(query) ? query : utf8(Buffer.from(query, 'latin1'))
}
