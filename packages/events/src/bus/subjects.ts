import { type OrgId, orgId } from '@parley/core'

/** Runs of an organisation's log, published by the relay. */
export const eventSubject = (org: OrgId): string => `evt.${org}`
export const allEvents = 'evt.*'
/** What is told in passing to an organisation's gateways; no stream keeps it. */
export const passingSubject = (org: OrgId): string => `live.${org}`
/** A gateway serves a queue of an organisation from now on; told to the other gateways. */
export const takenSubject = (org: OrgId): string => `taken.${org}`
/** Something was committed; told to the relay. */
export const hintSubject = (org: OrgId): string => `hint.${org}`
export const allHints = 'hint.*'
/** Asks one gateway to confirm that it has applied a place of a log. */
export const barrierSubject = (gateway: string): string => `barrier.${gateway}`
/** The JetStream stream that holds what was published on `evt.*`. */
export const streamName = 'EVENTS'

/** The organisation a subject such as `evt.5` names. @throws TypeError where it names none */
export const orgOfSubject = (subject: string): OrgId => orgId(Number(subject.slice(subject.indexOf('.') + 1)))
