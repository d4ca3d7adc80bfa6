const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** Minutes east of Greenwich for the abbreviations that people write. */
const zones: Readonly<Record<string, number>> = {
  z: 0,
  utc: 0,
  gmt: 0,
  wet: 0,
  bst: 60,
  cet: 60,
  cest: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  ist: 330,
  jst: 540,
  kst: 540,
  aest: 600,
  aedt: 660,
  nzst: 720,
  nzdt: 780,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
}

const clock = String.raw`(?:[T ,]+(?:at )?(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?(?:\.\d{1,9})? ?([ap]\.?m\.?)?)?`
const zone = String.raw` ?(?:([a-z]{1,4})|([+-])(\d{2}):?(\d{2})?)?$`
const yearFirst = new RegExp(String.raw`^(\d{4})-(\d{1,2})-(\d{1,2})${clock}${zone}`, 'i')
const dayFirst = new RegExp(String.raw`^(\d{1,2}) ([a-z]{3})[a-z]*\.?,? (\d{4})${clock}${zone}`, 'i')
const monthFirst = new RegExp(String.raw`^([a-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})${clock}${zone}`, 'i')

/** Reads a moment: Unix seconds, ISO 8601, `31 Dec 2017 5:30 am IST`, `Dec 31, 2017`. UTC unless said. Null if it is none. */
export function parseTime(written: string): string | null {
  const text = written.trim()
  if (/^-?\d{1,11}(?:\.\d+)?$/.test(text)) return iso(Number(text) * 1000)
  let match = yearFirst.exec(text)
  if (match) return moment(Number(match[1]), Number(match[2]), Number(match[3]), match)
  match = dayFirst.exec(text)
  if (match) return moment(Number(match[3]), monthNumber(match[2]), Number(match[1]), match)
  match = monthFirst.exec(text)
  if (match) return moment(Number(match[3]), monthNumber(match[1]), Number(match[2]), match)
  return null
}

const monthNumber = (name = ''): number => months.indexOf(name.toLowerCase()) + 1

function moment(year: number, month: number, day: number, match: RegExpExecArray): string | null {
  const [, , , , hours, minutes, seconds, half, zoneName, sign, zoneHours, zoneMinutes] = match
  const hour = hourOfDay(Number(hours ?? 0), half)
  const offset = offsetOf(zoneName, sign, Number(zoneHours ?? 0), Number(zoneMinutes ?? 0))
  if (hour === null || offset === null || Number(minutes ?? 0) > 59 || Number(seconds ?? 0) > 59) return null
  const local = Date.UTC(year, month - 1, day, hour, Number(minutes ?? 0), Number(seconds ?? 0))
  // What does not exist would have been carried over, and years below 100 taken for those of 1900.
  if (new Date(local).getUTCDate() !== day || new Date(local).getUTCMonth() !== month - 1) return null
  if (year < 100) return null
  return iso(local - offset * 60_000)
}

function hourOfDay(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour < 24 ? hour : null
  if (hour < 1 || hour > 12) return null
  return (hour % 12) + (/^p/i.test(half) ? 12 : 0)
}

function offsetOf(
  name: string | undefined,
  sign: string | undefined,
  hours: number,
  minutes: number,
): number | null {
  if (name !== undefined) return zones[name.toLowerCase()] ?? null
  if (hours > 23 || minutes > 59) return null
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes)
}

function iso(ms: number): string | null {
  const whole = new Date(Math.floor(ms / 1000) * 1000)
  const year = whole.getUTCFullYear()
  return year >= 1 && year <= 9999 ? whole.toISOString().replace('.000Z', 'Z') : null
}
