import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Failure, UsageError, type Command } from '../command.ts'
import { ask, installationOf, Status } from './running.ts'

export const orgCreate: Command = {
  name: 'org create',
  summary: 'make an organisation and its owner',
  positionals: ['NAME'],
  details: `The first organisation answers on the root host, all of them on SUBDOMAIN.localhost.
The owner may create users by the API. Without a password the owner signs in with the API key only.`,
  options: {
    subdomain: { value: 'S', help: 'its host name: S.localhost' },
    'owner-email': { value: 'E', help: "the owner's e-mail address" },
    'owner-name': { value: 'N', help: "the owner's full name" },
    'owner-password-file': { value: 'F', help: "a file with the owner's password" },
  },
  async run(input) {
    const need = (name: string): string => {
      const value = input.text(name)
      if (value === undefined) throw new UsageError(`missing --${name}`)
      return value
    }
    const subdomain = need('subdomain')
    const organisation = {
      name: input.positionals[0] ?? '',
      subdomain,
      ownerEmail: need('owner-email'),
      ownerName: need('owner-name'),
      ownerPassword: await passwordIn(input.text('owner-password-file')),
    }
    const installation = installationOf(input)
    const status = await ask(installation, { ask: 'ready' }, Status)
    input.out.progress(`making ${organisation.name}`)
    // Loaded when needed: it brings the link, and every other command starts without.
    const { organisationMaker } = await import('../organisations.ts')
    const made = await organisationMaker(installation, status)(organisation)
    const url = `https://${subdomain}.localhost:${status.port}`
    const owner = { user_id: made.user, email: made.email, api_key: made.apiKey }
    input.out.document({ org_id: made.org, url, owner })
    input.out.say(`${organisation.name} answers on ${url}`)
    input.out.say(`owner ${owner.email}, API key ${owner.api_key}`)
    return 0
  },
}

async function passwordIn(file: string | undefined): Promise<string | null> {
  if (file === undefined) return null
  const text = await readFile(resolve(file), 'utf8').catch(() => {
    throw new Failure(`cannot read ${file}`)
  })
  // Editors end files with a line break; a password never does.
  return text.replace(/\r?\n$/, '')
}
