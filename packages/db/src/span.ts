import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { sha256 } from '@parley/core'
import { sqlState } from './failures.ts'

/**
 * A span around one statement, where the call it belongs to is traced. It names the statement's first word, a digest of
 * its text, which is the code's, and, where it fails, the server's code; never parameters or rows.
 */
export async function sqlSpan<R>(sql: string, run: () => Promise<R>): Promise<R> {
  if (!trace.getActiveSpan()) return run()
  const word = /\w+/.exec(sql)?.[0].toUpperCase() ?? ''
  const attributes = {
    'db.system.name': 'postgresql',
    'db.operation.name': word,
    // Which statement it was, where many begin alike.
    'parley.statement': sha256(sql).toString('hex').slice(0, 16),
  }
  const options = { kind: SpanKind.CLIENT, attributes }
  return trace.getTracer('parley').startActiveSpan(`sql ${word}`, options, async (span) => {
    try {
      return await run()
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR })
      span.setAttribute('error.type', sqlState(error) ?? 'connection')
      throw error
    } finally {
      span.end()
    }
  })
}
