import type { Operation, Principal, RawInput, RequestFacts } from '@parley/api'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Credential } from '../identity/basic.ts'
import type { HangUp } from './hang-up.ts'
import type { Rendered } from './render.ts'

/** Who makes a request, and with what. */
export interface Caller {
  readonly credential: Credential
  readonly principal: Principal
  readonly role: number
  readonly incomingWebhook: boolean
  /** Whose bot it is, if it is one. */
  readonly botOwner: number | null
  /** When the credential ends by itself, on the monotonic clock. */
  readonly until: number
}

/** One request for an operation, checked, with its parameters still as texts. */
export interface Exchange {
  readonly operation: Operation
  readonly door: 'Basic' | 'Session'
  /** Null for public operations, and for who has no account where they may ask for some of it. */
  readonly caller: Caller | null
  readonly raw: RawInput
  readonly facts: RequestFacts
  readonly requestId: string
  readonly hangUp: HangUp
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Runs an operation and renders its answer. */
export type Dispatch = (exchange: Exchange) => Promise<Rendered>
