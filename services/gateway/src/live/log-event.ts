/** An event as the log holds it. */
export interface LogEvent {
  readonly seq: number
  readonly type: string
  readonly body: unknown
  readonly userIds: readonly number[]
  readonly channelId: number | null
  readonly revokes: boolean
}
