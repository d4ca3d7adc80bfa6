/** The rules of a Redis user beside its password, in the words of `ACL SETUSER`. */
export type RedisRules = string

// A service keeps to keys that start with its name; limits are the gateway's, shared by all gateways.
const own = (service: string, ...more: string[]): RedisRules =>
  [
    `~${service}:*`,
    ...more,
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
  ].join(' ')

/** The one table of Redis users. `ops` is the supervisor's: it sees no key. */
export const redisUsers: Readonly<Record<string, RedisRules>> = {
  gateway: own('gateway', '~limit:*'),
  auth: own('auth'),
  streams: own('streams'),
  messaging: own('messaging'),
  ops: 'resetkeys resetchannels -@all +@connection +info +config|set +config|get +ping',
}
