/** The rules of a Redis user beside its password, in the words of `ACL SETUSER`. */
export type RedisRules = string

// A service keeps to keys that start with its name.
const own = (service: string, ...more: string[]): RedisRules =>
  [
    `~${service}:*`,
    'resetchannels',
    '-@all',
    '+@read',
    '+@write',
    '+@string',
    '+@hash',
    '+@set',
    '+@sortedset',
    '+@list',
    '+@scripting',
    '+@transaction',
    '+@connection',
    '-@dangerous',
    '-@admin',
    '+info',
    ...more,
  ].join(' ')

/** The one table of Redis users: whoever has no use for Redis has none. `ops` is the supervisor's: it sees no key, and of users it can have the file read again, which only its owner writes. */
export const redisUsers: Readonly<Record<string, RedisRules>> = {
  // Limits are counted on the clock of Redis, which all gateways share.
  gateway: own('gateway', '+time'),
  // Who is there.
  messaging: own('messaging'),
  ops: 'resetkeys resetchannels -@all +auth +hello +ping +info +config|set +config|get +acl|load',
}
