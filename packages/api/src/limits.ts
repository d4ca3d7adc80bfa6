import { type Limit, perAccount, perIp, perNetwork, perOrganisation, perUser } from './operation.ts'

/** Zulip's defaults: calls of one account over all endpoints, and calls without an account by address. */
export const apiByUser: readonly Limit[] = [
  perUser('api_by_user', 200, 60),
  perUser('api_by_user_hourly', 2000, 3600),
]
export const apiByIp: readonly Limit[] = [perIp('api_by_ip', 100, 60)]

/**
 * Looks of all who have no account: beside the calls by which somebody signs in, and from however many addresses. One has a
 * sixth of what the organisation has for them, and all of one network a third. What is refused takes nothing from the others.
 */
export const looks: readonly Limit[] = [
  perIp('look_by_ip', 100, 60),
  perNetwork('look_by_network', 200, 60),
  perOrganisation('look_by_organisation', 600, 60),
]

/**
 * Attempts to sign in to one account, named by the `username` parameter (white space around it and case do not
 * count); a success starts the count anew.
 */
export const authenticateByUsername: readonly Limit[] = [perAccount('authenticate_by_username', 5, 1800)]

/** Changes of one's own password: whoever has somebody's key or session does not guess it by them. */
export const passwordByUser: readonly Limit[] = [perUser('password_change_by_user', 5, 1800)]

/** Wishes for topics that follow by themselves: each change has what everybody's sends stand on read anew. */
export const automaticTopicsByUser: readonly Limit[] = [perUser('automatic_topics_by_user', 60, 3600)]

/** Zulip's defaults for other addresses that somebody asks for: each sends a mail. */
export const emailByUser: readonly Limit[] = [
  perUser('email_change_by_user', 2, 3600),
  perUser('email_change_by_user', 5, 86_400),
]
