import { reorderFolders } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, folderChanged, make } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { orderFolders, readFolders } from '../repo/folders.ts'

export default route<typeof reorderFolders, Context, Tx>(reorderFolders, async (handled) => {
  const { input, tx, granted } = handled
  const all = (await readFolders(tx, granted)).map((folder) => folder.id)
  const { order } = input
  // Each once, archived ones too: nothing is left without a place.
  const named = new Set(order)
  if (order.length !== all.length || all.some((id) => !named.has(id)))
    throw badRequest('Invalid order mapping.')
  await orderFolders(tx, granted, order)
  await append(tx, granted.rights, [make(folderChanged, { op: 'reorder', order })])
  return {}
})
