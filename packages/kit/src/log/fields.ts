/**
 * Every field that a log line may have. A name that is not here is dropped, so that content cannot come in
 * under a name nobody thought of. Add names for facts of the machine, never for what people wrote. Names that every line
 * has already (`service`, `node`, `level`, `time`, `msg`) are none: a line would have them twice.
 */
export const logFields = [
  'address',
  'attempt',
  'bytes',
  'caller',
  'code',
  'consumer',
  'count',
  'credential',
  'epoch',
  'error_at',
  'error_code',
  'error_name',
  'event_type',
  'file',
  'from_seq',
  'host',
  'in_flight',
  'job',
  'lag',
  'limit',
  'method',
  'monotonic_ms',
  'ms',
  'not_after',
  'op',
  'org',
  'peer',
  'pid',
  'pool',
  'port',
  'queue_id',
  'reason',
  'request_id',
  'rights',
  'route',
  'seq',
  'shard',
  'signal',
  'size',
  'state',
  'status',
  'step',
  'subject',
  'to_seq',
  'trace_id',
  'user',
  'version',
] as const
export type LogField = (typeof logFields)[number]

export type LogScalar = string | number | boolean | null | undefined
/** What a log line may carry beside its message: flat, named, scalar. */
export type LogRecord = { readonly [F in LogField]?: LogScalar }

const known: ReadonlySet<string> = new Set(logFields)
const longest = 200

/** The record without unknown names and without anything but scalars; long texts are cut. */
export function safeRecord(record: object): Record<string, string | number | boolean | null> {
  const safe: Record<string, string | number | boolean | null> = {}
  for (const [name, value] of Object.entries(record) as [string, unknown][]) {
    if (!known.has(name) || value === undefined) continue
    if (typeof value === 'string') safe[name] = value.slice(0, longest)
    else if (typeof value === 'number' || typeof value === 'boolean' || value === null) safe[name] = value
  }
  return safe
}
