import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Break } from './breaks/break.ts'

const root = resolve(import.meta.dirname, '../..')
const copied = ['packages', 'services', 'e2e', 'infra', 'docs']
const tools = join('infra', 'toolchain', 'node_modules')

/** A copy of the source with one thing broken; the packages of others are those of the original. */
export interface BrokenCopy extends AsyncDisposable {
  readonly dir: string
}

/**
 * @param dir where it stands; one after the other in the same place share what Node compiled
 * @throws Error where the text to break does not stand exactly once in its file
 */
export async function brokenCopy(dir: string, { file, from, to }: Break): Promise<BrokenCopy> {
  await mkdir(dir)
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true })
  try {
    const isLarge = (path: string): boolean => path === join(root, tools)
    for (const folder of copied)
      await cp(join(root, folder), join(dir, folder), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (path) => !isLarge(path),
      })
    await symlink(join(root, tools), join(dir, tools))
    for (const entry of await readdir(root, { withFileTypes: true }))
      if (entry.isFile() && entry.name !== '.git') await cp(join(root, entry.name), join(dir, entry.name))
    await linkPackages(dir)
    const text = await readFile(join(dir, file), 'utf8')
    await writeFile(join(dir, file), broken(text, file, from, to))
  } catch (error) {
    await remove()
    throw error
  }
  return { dir, [Symbol.asyncDispose]: remove }
}

export function broken(text: string, file: string, from: string, to: string): string {
  const parts = text.split(from)
  if (parts.length !== 2)
    throw new Error(`${file} holds ${parts.length - 1} times what shall be broken: ${from}`)
  return parts.join(to)
}

/** The store is linked; what links into the workspace is copied, so that it leads into the copy. */
async function linkPackages(dir: string): Promise<void> {
  const [from, to] = [join(root, 'node_modules'), join(dir, 'node_modules')]
  await mkdir(to)
  for (const name of await readdir(from)) {
    if (name === '.pnpm') await symlink(join(from, name), join(to, name))
    else await cp(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true })
  }
}
