import { readdirSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import type { Product } from '../product.ts'
import { pairOf, read } from './certificates.ts'

interface Raw extends Disposable {
  ask(...words: string[]): Promise<string>
}

/** A connection with a certificate of the installation that signs in with a password, or does not. */
async function raw(at: Product, signIn: readonly string[] | null): Promise<Raw> {
  const port = at.state().processes.find(({ name }) => name === 'redis')?.port ?? 0
  const socket = connect({
    host: '127.0.0.1',
    port,
    ...pairOf(at.data, 'gateway'),
    ca: read(at.data, 'certs/cli/ca.crt'),
  })
  await once(socket, 'secureConnect')
  const ask = async (...words: string[]): Promise<string> => {
    const body = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')
    socket.write(`*${words.length}\r\n${body}`)
    const [data] = (await once(socket, 'data')) as [Buffer]
    return data.toString('latin1').split('\r\n')[0] ?? ''
  }
  if (signIn && (await ask('AUTH', ...signIn)) !== '+OK') throw new Error('the password is refused')
  return { ask, [Symbol.dispose]: () => socket.destroy() }
}

const read1 = (key: string) => [
  ['GET', key],
  ['HGETALL', key],
  ['SMEMBERS', key],
  ['TTL', key],
  ['EVAL', "return redis.call('GET', KEYS[1])", '1', key],
]
const write1 = (key: string) => [
  ['SET', key, 'x'],
  ['DEL', key],
  ['EXPIRE', key, '1'],
  ['EVAL', "return redis.call('SET', KEYS[1], 'x')", '1', key],
  ['EVAL', `return redis.call('SET', '${key}', 'x')`, '0'],
]
const server = [
  ['FLUSHALL'],
  ['FLUSHDB'],
  ['KEYS', '*'],
  ['CONFIG', 'GET', '*'],
  ['CONFIG', 'SET', 'maxmemory', '0'],
  ['ACL', 'LIST'],
  ['ACL', 'SETUSER', 'x'],
  ['CLIENT', 'LIST'],
  ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ['DEBUG', 'SLEEP', '0'],
  ['MONITOR'],
  ['SAVE'],
  ['SHUTDOWN', 'NOSAVE'],
  ['REPLICAOF', 'NO', 'ONE'],
  ['MODULE', 'LIST'],
  ['SLOWLOG', 'GET'],
  ['PUBLISH', 'x', 'y'],
  ['SUBSCRIBE', 'x'],
  ['SWAPDB', '0', '1'],
  ['MIGRATE', 'h', '1', 'k', '0', '1'],
  ['SORT', 'gateway:x', 'GET', 'other:*'],
]

export function testRedis(at: () => Product): void {
  const password = (user: string): string => read(at().data, `redis/passwords/${user}`).trim()
  const refusals = async (to: Raw, commands: readonly (readonly string[])[]): Promise<string[]> => {
    const let1: string[] = []
    for (const command of commands) {
      const said = await to.ask(...command)
      if (
        !/^-(NOPERM|NOAUTH|ERR DEBUG command not allowed|ERR .*(NOPERM|ACL failure|can't access at least one))/.test(
          said,
        )
      )
        let1.push(`${command.join(' ')}: ${said}`)
    }
    return let1
  }

  describe('at Redis', () => {
    test('a certificate alone does nothing, and only who uses Redis has a user', async () => {
      using nobody = await raw(at(), null)
      expect(
        await refusals(nobody, [['PING'], ...read1('gateway:x'), ...write1('gateway:x'), ...server]),
      ).toEqual([])
      expect(await nobody.ask('AUTH', 'default', '')).toMatch(/^-/)
      expect(readdirSync(join(at().data, 'redis/passwords')).sort()).toEqual(['gateway', 'messaging', 'ops'])
    })

    test.for([
      ['gateway', 'messaging'],
      ['messaging', 'gateway'],
    ] as const)('M-06 the user %s has its own keys and no command for the server', async ([user, other]) => {
      using own = await raw(at(), [user, password(user)])
      expect(await own.ask('SET', `${user}:stranger`, 'x')).toBe('+OK')
      expect(await own.ask('GET', `${user}:stranger`)).toBe('$1')
      await own.ask('DEL', `${user}:stranger`)
      expect(await refusals(own, [...read1(`${other}:x`), ...write1(`${other}:x`), ...server])).toEqual([])
    })

    test('M-06 the supervisor’s user has no key at all', async () => {
      using ops = await raw(at(), ['ops', password('ops')])
      expect(await ops.ask('PING')).toBe('+PONG')
      const others = server.filter(([first]) => first !== 'CONFIG')
      expect(await refusals(ops, [...read1('gateway:x'), ...write1('gateway:x'), ...others])).toEqual([])
    })
  })
}
