import type { Input, SubscriptionProperty, updateSubscriptionSettings } from '@parley/api'
import { AppError } from '@parley/core'
import { parseColor } from './color.ts'

type Given = Input<typeof updateSubscriptionSettings>['subscription_data'][number]

/** One setting of one subscription, as it is kept. */
export interface OwnSetting {
  readonly channel: number
  readonly column: Exclude<SubscriptionProperty, 'in_home_view'>
  readonly value: boolean | string
}

/** The setting as it is kept. @throws AppError REQUEST_VARIABLE_INVALID where the value does not fit the property */
export function ownSetting({ stream_id: channel, property, value }: Given): OwnSetting {
  if (property === 'color') {
    const color = typeof value === 'string' ? parseColor(value) : null
    if (color === null) throw invalid(`${property} is not a valid hex color code`)
    return { channel, column: property, value: color }
  }
  if (typeof value !== 'boolean') throw invalid(`${property} is not a boolean`)
  return property === 'in_home_view'
    ? { channel, column: 'is_muted', value: !value }
    : { channel, column: property, value }
}

/** What clients are told of it: of muting in both ways, as older ones know only the older. */
export const toldOf = ({
  channel: stream_id,
  column,
  value,
}: OwnSetting): { stream_id: number; property: SubscriptionProperty; value: boolean | string }[] => [
  { stream_id, property: column, value },
  ...(column === 'is_muted'
    ? [{ stream_id, property: 'in_home_view' as const, value: value === false }]
    : []),
]

const invalid = (message: string): AppError =>
  new AppError('REQUEST_VARIABLE_INVALID', message, { data: { var_name: 'subscription_data' } })
