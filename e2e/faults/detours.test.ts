import { expect, test } from 'vitest'
import { dataFolder, scene, startProduct } from '../product.ts'
import { detour } from './detours.ts'

test('a detour carries what one process sends another, and cuts it', async () => {
  const data = dataFolder()
  await using ways = await detour(data, ['messaging-1>postgres', 'gateway-1>messaging-1'])
  await using product = await startProduct({ data, gateways: 1 })
  await using stage = await scene(product)
  const { 'messaging-1>postgres': sql, 'gateway-1>messaging-1': link } = ways.on
  const send = () =>
    stage.owner.post('/messages', { type: 'direct', to: [stage.org.owner.user_id], content: 'x' })
  expect((await send()).status).toBe(200)
  expect(sql.made).toBeGreaterThan(0)
  expect(link.open).toBeGreaterThan(0)
  link.cut()
  expect((await send()).status).toBe(503)
  expect(link.broken).toBeGreaterThan(0)
  link.heal()
  await expect.poll(async () => (await send()).status, { timeout: 20_000 }).toBe(200)
}, 240_000)
