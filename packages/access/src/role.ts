/** Zulip role numbers: lower is stronger. */
export const role = { owner: 100, admin: 200, moderator: 300, member: 400, guest: 600 } as const
export type Role = (typeof role)[keyof typeof role]
