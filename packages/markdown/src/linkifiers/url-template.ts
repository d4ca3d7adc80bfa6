const variable = String.raw`(?:\w|%[0-9A-Fa-f]{2})+(?:\.(?:\w|%[0-9A-Fa-f]{2})+)*(?::[1-9]\d{0,3}|\*)?`
const expression = new RegExp(String.raw`\{([+#./;?&]?)(${variable}(?:,${variable})*)\}`, 'g')

/** Begins with where it leads, written out to its end: what a variable that is left out leaves must not touch it. */
const place = /^https?:\/\/[\p{L}\p{N}.-]+(?::\d{1,5})?(?=$|[/?#])/iu

/** How each kind of expression is written out (RFC 6570, appendix A). */
interface Operator {
  readonly first: string
  readonly between: string
  /** Is each value led by its name? */
  readonly named: boolean
  /** What follows the name of an empty value. */
  readonly ifEmpty: string
  /** May values hold what separates the parts of addresses? */
  readonly reserved: boolean
}
const simple: Operator = { first: '', between: ',', named: false, ifEmpty: '', reserved: false }
const operators: Readonly<Record<string, Operator>> = {
  '+': { ...simple, reserved: true },
  '#': { ...simple, first: '#', reserved: true },
  '.': { ...simple, first: '.', between: '.' },
  '/': { ...simple, first: '/', between: '/' },
  ';': { ...simple, first: ';', between: ';', named: true },
  '?': { ...simple, first: '?', between: '&', named: true, ifEmpty: '=' },
  '&': { ...simple, first: '&', between: '&', named: true, ifEmpty: '=' },
}

/** A URL with places for values (RFC 6570), all of them texts. */
export interface UrlTemplate {
  readonly variables: ReadonlySet<string>
  /** The URL with these values; what has none is left out. Null where it would not lead to the template's own place. */
  expand(values: Readonly<Record<string, string | null | undefined>>): string | null
}

/** Reads a URL template; null where it is none, or does not lead to one place of the web. */
export function urlTemplate(template: string): UrlTemplate | null {
  const origin = originOf(place.exec(template)?.[0] ?? '')
  if (origin === undefined) return null
  // oxlint-disable-next-line no-control-regex
  if (/[{}\s"'<>\\^`|\u0000-\u001f\u007f]/.test(template.replace(expression, ''))) return null
  const lists = [...template.matchAll(expression)].flatMap(([, , list = '']) => list.split(','))
  return {
    variables: new Set(lists.map((name) => name.replace(/(?::\d+|\*)$/, ''))),
    expand: (values) => {
      const url = template.replace(expression, (_, operator: string, list: string) =>
        written(operators[operator] ?? simple, list.split(','), values),
      )
      return originOf(url) === origin ? url : null
    },
  }
}

const originOf = (url: string): string | undefined => URL.parse(url)?.origin

function written(
  { first, between, named, ifEmpty, reserved }: Operator,
  names: readonly string[],
  values: Parameters<UrlTemplate['expand']>[0],
): string {
  const parts = names.flatMap((given) => {
    const [, name = '', length] = /^([^:*]+)(?::(\d+)|\*)?$/.exec(given) ?? []
    const value = Object.hasOwn(values, name) ? values[name] : null
    if (value === null || value === undefined) return []
    const whole = length === undefined ? value : Array.from(value).slice(0, Number(length)).join('')
    if (!named) return [encode(whole, reserved)]
    return [whole === '' ? name + ifEmpty : `${name}=${encode(whole, reserved)}`]
  })
  return parts.length === 0 ? '' : first + parts.join(between)
}

const percent = (character: string): string =>
  Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
    '',
  )

function encode(value: string, reserved: boolean): string {
  return reserved
    ? value.replace(/%[0-9A-Fa-f]{2}|[^\w.~:/?#[\]@!$&'()*+,;=-]/gu, (part) =>
        part.length === 3 && part.startsWith('%') ? part : percent(part),
      )
    : value.replace(/[^\w.~-]/gu, percent)
}
