import { createFolder, maxFolders } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, folderChanged, make } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { renderDescription } from '../present/description.ts'
import { insertFolder, readFolders } from '../repo/folders.ts'
import { folderName, folderNameTaken } from '../rules/folder-name.ts'
import { channelDescription } from '../rules/wanted-channels.ts'

export default route<typeof createFolder, Context, Tx>(createFolder, async (handled) => {
  const { input, tx, granted, request, signal, ctx } = handled
  const name = folderName(input.name)
  const text = channelDescription(input.description)
  if ((await readFolders(tx, granted)).length >= maxFolders)
    throw badRequest(`Too many channel folders (limit: ${maxFolders})`)
  const by = { renderer: ctx.renderer, actor: granted.actor, signal, url: request.url }
  const description = renderDescription(by, text)
  const made = await insertFolder(tx, granted, { name, description, at: ctx.clock.now() })
  if (!made) throw folderNameTaken()
  await append(tx, granted.rights, [make(folderChanged, { op: 'add', channel_folder: made })])
  return { channel_folder_id: made.id }
})
