import { z } from 'zod'
import { optional, type Param } from '../param.ts'

/** What a setting may hold: as it stands in answers and events. */
export const SettingValue = z.union([z.boolean(), z.int(), z.string(), z.null()])
export type SettingValue = z.infer<typeof SettingValue>
export type SettingValues = Readonly<Record<string, SettingValue>>

/** One setting, declared once: how it comes in, what it is at first. */
export interface Setting {
  readonly param: Param<SettingValue>
  /** Until somebody sets it. */
  readonly initial: SettingValue
  /** Owners alone set it. */
  readonly ownersOnly: boolean
}
export type Settings = Readonly<Record<string, Setting>>

export const setting = <T extends SettingValue>(
  param: Param<T>,
  initial: T,
  options: Partial<Pick<Setting, 'ownersOnly'>> = {},
): Setting => ({ param, initial, ownersOnly: false, ...options })

/** The parameters by which any of these are set. */
export const paramsOf = (settings: Settings): Readonly<Record<string, Param<SettingValue | undefined>>> =>
  Object.fromEntries(Object.entries(settings).map(([name, { param }]) => [name, optional(param)]))

/** What is set, and for the rest what it is at first. What is kept of settings that are no more does not count. */
export const valuesOf = (settings: Settings, kept: SettingValues): Record<string, SettingValue> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, { initial }]) => [
      name,
      // Null is a value of its own.
      Object.hasOwn(kept, name) ? (kept[name] ?? null) : initial,
    ]),
  )
