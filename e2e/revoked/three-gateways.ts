import { type ApiClient } from '@parley/testkit'
import { dataFolder, type Person, type Product, scene, type Scene, startProduct } from '../product.ts'
import { type Departures, watchDepartures } from './departures.ts'
import { openWays } from './weather.ts'

export const gateways = ['gateway-1', 'gateway-2', 'gateway-3'] as const
type AtEach = readonly [ApiClient, ApiClient, ApiClient]
interface Account {
  readonly email: string
  readonly apiKey: string
}

/** A product with three gateways that say what leaves them, networks in between that can be slowed, and people. */
export interface ThreeGateways extends AsyncDisposable {
  readonly product: Product
  readonly stage: Scene
  readonly ways: Awaited<ReturnType<typeof openWays>>
  readonly departures: Departures
  /** An account's clients at each gateway. */
  readonly at: (who: Account) => AtEach
  /** A browser's clients at each gateway, by the headers that prove its session. */
  readonly browsers: (headers: Record<string, string>) => AtEach
}

/** The processes and the networks between them, for one law after the other. */
export interface Ground extends AsyncDisposable {
  readonly product: Product
  readonly ways: ThreeGateways['ways']
}

export async function ground(): Promise<Ground> {
  await using stack = new AsyncDisposableStack()
  const data = dataFolder()
  const ways = stack.use(await openWays(data))
  const product = stack.use(await startProduct({ data, gateways: 3, env: { LOG_LEVEL: 'debug' } }))
  const rest = stack.move()
  return { product, ways, [Symbol.asyncDispose]: () => rest.disposeAsync() }
}

/** An organisation of a law's own; what an earlier one left of its weather has passed. */
export async function threeGateways({ product, ways }: Ground): Promise<ThreeGateways> {
  await using stack = new AsyncDisposableStack()
  for (const proxy of Object.values(ways.on)) proxy.delay(0)
  const stage = stack.use(await scene(product))
  const each = (make: (address: string) => ApiClient): AtEach => [
    make('127.0.0.2'),
    make('127.0.0.3'),
    make('127.0.0.4'),
  ]
  const rest = stack.move()
  return {
    product,
    stage,
    ways,
    departures: watchDepartures(product.data, gateways),
    at: ({ email, apiKey }) => each((address) => stage.client({ email, apiKey, address })),
    browsers: (headers) => each((address) => stage.client({ headers, address, root: '/json' })),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

/** A private channel whose past is its own, with what is done to it as one of its people. */
export interface Board {
  readonly name: string
  readonly add: (...people: readonly { readonly id: number }[]) => Promise<void>
  /** Sends; rejects unless that is answered with 200. @returns the message's id */
  readonly say: (content: string) => Promise<number>
}

export function board(bob: Person, name: string): Board {
  return {
    name,
    async add(...people) {
      await bob.ok('POST', '/users/me/subscriptions', {
        subscriptions: [{ name }],
        principals: [bob, ...people].map(({ id }) => id),
        invite_only: true,
        history_public_to_subscribers: false,
        // Nothing is to be heard from outside the channel.
        send_new_subscription_messages: false,
      })
    },
    async say(content) {
      const sent = await bob.ok('POST', '/messages', { type: 'channel', to: name, topic: 'plans', content })
      return Number(sent['id'])
    },
  }
}
