import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  DiscardPolicy,
  StorageType,
} from '@nats-io/jetstream'
import { type OrgId, unavailable } from '@parley/core'
import type { Bus } from '../bus/bus.ts'
import { runHeaders } from '../bus/run-head.ts'
import { allEvents, eventSubject, streamName } from '../bus/subjects.ts'
import { decodeRun } from '../read-log.ts'
import type { EncodedRun } from './runs.ts'

/** The stream as the relay needs it. Every method fails with AppError UNAVAILABLE where NATS does not answer. */
export interface EventStream {
  /** Makes the stream where it is missing. @returns what tells this stream from one made anew */
  ensure(): Promise<string>
  /** The subject's last message: its stream sequence, and the last place it holds; null for none. */
  lastOf(org: OrgId): Promise<{ streamSeq: number; seq: number } | null>
  /**
   * Publishes where the subject's last message is the expected one (0: none).
   * @returns its stream sequence; null where it was refused
   */
  publish(org: OrgId, run: EncodedRun, expected: number): Promise<number | null>
}

export interface StreamOptions {
  /** Copies in a NATS cluster: 1 or 3. */
  readonly replicas?: number
  /** Longer than the log is kept: what is neither here nor there is of no use to anybody. */
  readonly maxAgeHours?: number
  /** Above this the oldest go; consumers then read the log itself. */
  readonly maxBytes?: number
}

const timeoutMs = 2000
const nsPerHour = 3_600_000_000_000

/** JetStream behind the relay's eyes. */
export function createEventStream(bus: Pick<Bus, 'connection'>, options: StreamOptions = {}): EventStream {
  const { replicas = 1, maxAgeHours = 48, maxBytes = 8 * 1024 ** 3 } = options
  const settings = { checkAPI: false, timeout: timeoutMs }
  const manager = async (): Promise<JetStreamManager> => {
    if (!bus.connection) throw unavailable(new Error('no connection to NATS'))
    return jetstreamManager(bus.connection, settings)
  }
  const make = async (): Promise<string> => {
    const { created } = await (
      await manager()
    ).streams.add({
      name: streamName,
      subjects: [allEvents],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_age: maxAgeHours * nsPerHour,
      max_bytes: maxBytes,
      num_replicas: replicas,
    })
    return created
  }
  const findOrMake = async (): Promise<string> => {
    try {
      const { created } = await (await manager()).streams.info(streamName)
      return created
    } catch (error) {
      if (!isApiError(error, JetStreamApiCodes.StreamNotFound)) throw error
      return make()
    }
  }
  let ensuring: Promise<string> | null = null
  return {
    // One for all shards: a server before 2.10 dies when it is asked for a message of a stream that it is just making.
    ensure() {
      ensuring ??= within(findOrMake).finally(() => {
        ensuring = null
      })
      return ensuring
    },
    async lastOf(org) {
      return within(async () => {
        // Asked of the stream's leader: a follower's answer may be old.
        const found = await (
          await manager()
        ).streams
          .getMessage(streamName, { last_by_subj: eventSubject(org) })
          .catch((error: unknown) => {
            if (isApiError(error, JetStreamApiCodes.NoMessageFound)) return null
            throw error
          })
        if (!found) return null
        return { streamSeq: found.seq, seq: decodeRun(found.data).events.at(-1)?.seq ?? 0 }
      })
    },
    async publish(org, run, expected) {
      return within(async () => {
        if (!bus.connection) throw unavailable(new Error('no connection to NATS'))
        try {
          const ack = await jetstream(bus.connection, settings).publish(eventSubject(org), run.bytes, {
            headers: runHeaders(run),
            expect: { lastSubjectSequence: expected },
            timeout: timeoutMs,
            retries: 0,
          })
          return ack.seq
        } catch (error) {
          if (isApiError(error, JetStreamApiCodes.StreamWrongLastSequence)) return null
          throw error
        }
      })
    },
  }
}

const isApiError = (error: unknown, code: number): boolean =>
  error instanceof JetStreamApiError && error.code === code

async function within<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work()
  } catch (error) {
    throw unavailable(error)
  }
}
