const inUtc = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00$/

/**
 * A `timestamptz` as Postgres writes it in UTC, which is how its sessions run; milliseconds, the rest cut off. The driver
 * looks for every form there is.
 * @returns null for any other form
 */
export const utcTime = (text: string): Date | null =>
  inUtc.test(text) ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`) : null
