import { type FolderObject, updateFolder } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, folderChanged, make } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { renderDescription } from '../present/description.ts'
import { folderHasChannels, readFolders, setFolder } from '../repo/folders.ts'
import { folderName, folderNameTaken, invalidFolder } from '../rules/folder-name.ts'
import { channelDescription } from '../rules/wanted-channels.ts'

export default route<typeof updateFolder, Context, Tx>(updateFolder, async (handled) => {
  const { input, tx, granted, request, signal, ctx } = handled
  const { channel_folder_id: id, is_archived: archived = null } = input
  const name = input.name === undefined ? null : folderName(input.name)
  const text = input.description === undefined ? null : channelDescription(input.description)
  const before = (await readFolders(tx, granted)).find((folder) => folder.id === id)
  if (!before) throw invalidFolder()
  if (archived && !before.is_archived && (await folderHasChannels(tx, granted, id)))
    throw badRequest('You need to remove all the channels from this folder to archive it.')
  const by = { renderer: ctx.renderer, actor: granted.actor, signal, url: request.url }
  const description = text === null ? null : renderDescription(by, text)
  if (!(await setFolder(tx, granted, id, { name, description, archived }))) throw folderNameTaken()
  const data = changed(before, {
    ...(name === null ? {} : { name }),
    ...(description ? { description: description.text, rendered_description: description.rendered } : {}),
    ...(archived === null ? {} : { is_archived: archived }),
  })
  if (Object.keys(data).length > 0)
    await append(tx, granted.rights, [make(folderChanged, { op: 'update', channel_folder_id: id, data })])
  return {}
})

/** What of it is another than before. */
const changed = (before: FolderObject, set: Partial<FolderObject>): Partial<FolderObject> =>
  Object.fromEntries(
    Object.entries(set).filter(([key, value]) => before[key as keyof FolderObject] !== value),
  )
