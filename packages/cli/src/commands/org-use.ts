import { Failure, type Command } from '../command.ts'
import { ask, installationOf, Status } from './running.ts'

/** Finds an organisation by its subdomain and has the auth service take it out of use, or into use again. */
const inUse = (
  name: 'org deactivate' | 'org reactivate',
  call: 'deactivateOrganisation' | 'reactivateOrganisation',
  texts: { readonly summary: string; readonly details: string; readonly is: string },
): Command => ({
  name,
  summary: texts.summary,
  positionals: ['SUBDOMAIN'],
  details: texts.details,
  options: {},
  async run(input) {
    const [subdomain = ''] = input.positionals
    const installation = installationOf(input)
    const status = await ask(installation, { ask: 'ready' }, Status)
    // Loaded when needed: they bring the link, and every other command starts without.
    const [{ withLink }, api] = await Promise.all([import('../operator-link.ts'), import('@parley/api')])
    const { org, changed } = await withLink(installation, status, 'auth', async (link) => {
      const found = await link.call(api.findOrganisation, { subdomain })
      if (found.org === null) throw new Failure(`no organisation ${subdomain}`)
      return { org: found.org, ...(await link.call(api[call], { org: found.org }, { timeoutMs: 20_000 })) }
    })
    input.out.document({ org_id: org, changed })
    input.out.say(`${subdomain} ${changed ? 'is' : 'was already'} ${texts.is}`)
    return 0
  },
})

export const orgDeactivate = inUse('org deactivate', 'deactivateOrganisation', {
  summary: 'take an organisation out of use',
  details: `Every key, session and invitation of it ends, nobody signs in, and what is to be sent later waits.
Its data stays: org reactivate brings it back.`,
  is: 'deactivated',
})

export const orgReactivate = inUse('org reactivate', 'reactivateOrganisation', {
  summary: 'take an organisation into use again',
  details:
    'Its people sign in anew, bots get new keys from their owners, and what was due meanwhile is sent.',
  is: 'in use',
})
