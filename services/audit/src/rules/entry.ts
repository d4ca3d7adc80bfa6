/** What one leaf says: which event, where in the log, when, and its content-free body. */
export interface AuditedEvent {
  readonly org: number
  readonly seq: number
  readonly type: string
  /** When the event was committed, ISO 8601 in UTC. */
  readonly at: string
  readonly body: unknown
}

/**
 * The bytes of a leaf: JSON with sorted keys and no spaces, so that the same event always gives the same hash
 * (the ordering rule of RFC 8785; bodies hold only strings, whole numbers, booleans, nulls, lists and objects).
 */
export function entryOf(event: AuditedEvent): string {
  return canonical({ v: 1, ...event })
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, v]) => v !== undefined)
    fields.sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${fields.map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`).join(',')}}`
  }
  return JSON.stringify(value ?? null)
}
