import { z } from 'zod'
import type { Change, Kinds, Play } from './play.ts'

const Folders = z.object({ channel_folders: z.array(z.object({ id: z.int() })) })
/** All folders there are, archived ones too. */
const foldersOf = async ({ owner }: Play): Promise<number[]> =>
  Folders.parse((await owner.get('/channel_folders', { include_archived: true })).body).channel_folders.map(
    ({ id }) => id,
  )

export const oneFolder = async (play: Play): Promise<number | null> => {
  const ids = await foldersOf(play)
  return ids[play.random.below(Math.max(1, ids.length))] ?? null
}

const createFolder: Change = async ({ random, owner }, who) =>
  (random.below(3) === 0 ? who : owner).post('/channel_folders/create', {
    name: `Folder ${random.below(6)}`,
    description: `about ${random.below(9)}`,
  })

const changeFolder: Change = async (play) => {
  const { random, owner } = play
  const ids = await foldersOf(play)
  if (random.below(3) === 0)
    return owner.patch('/channel_folders', { order: ids.toSorted(() => random.below(3) - 1) })
  return owner.patch(`/channel_folders/${await oneFolder(play)}`, {
    description: `about ${random.below(9)}`,
    ...random.pick([{ is_archived: true }, { is_archived: false }, { name: `Folder ${random.below(6)}` }]),
  })
}

export const ofFolders: Kinds = {
  'make a folder': [2, createFolder],
  'change a folder': [2, changeFolder],
}
