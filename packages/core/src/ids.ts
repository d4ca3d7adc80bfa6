import { randomBytes, randomUUID } from 'node:crypto'

declare const brand: unique symbol
/** A value that only a parser or a database row may make: a bare number is not an id. */
export type Branded<T, B extends string> = T & { readonly [brand]: B }

export type OrgId = Branded<number, 'OrgId'>
export type UserId = Branded<number, 'UserId'>
export type ChannelId = Branded<number, 'ChannelId'>
export type RecipientId = Branded<number, 'RecipientId'>
export type GroupId = Branded<number, 'GroupId'>
export type MessageId = Branded<number, 'MessageId'>
/** A place in an organisation's log: 1, 2, 3, … in commit order; 0 is before the first event. */
export type Seq = Branded<number, 'Seq'>
/** The seq of the last event that changed rights: decisions are valid under one value of it. */
export type Rights = Branded<number, 'Rights'>

export const orgId = (n: number): OrgId => whole(n, 'organisation id') as OrgId
export const userId = (n: number): UserId => whole(n, 'user id') as UserId
export const channelId = (n: number): ChannelId => whole(n, 'channel id') as ChannelId
export const recipientId = (n: number): RecipientId => whole(n, 'recipient id') as RecipientId
export const groupId = (n: number): GroupId => whole(n, 'group id') as GroupId
export const messageId = (n: number): MessageId => whole(n, 'message id') as MessageId
export const seq = (n: number): Seq => whole(n, 'seq') as Seq
export const rights = (n: number): Rights => whole(n, 'rights') as Rights

function whole(n: number, what: string): number {
  if (!Number.isSafeInteger(n) || n < 0) throw new TypeError(`${what} must be a whole number`)
  return n
}

/** Where random identifiers come from; passed in so that tests can fix them. */
export interface Ids {
  /** A random UUID (version 4). */
  uuid(): string
  /** `n` random bytes, fit for secrets. */
  bytes(n: number): Buffer
}

export const systemIds: Ids = { uuid: () => randomUUID(), bytes: (n) => randomBytes(n) }
