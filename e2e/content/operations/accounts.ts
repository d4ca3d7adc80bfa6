import { canary } from '@parley/testkit'
import type { Asking, Failing } from './asking.ts'

const signInFields = { username: canary.email, password: canary.password }

const browser = ({ stage, session }: Asking) => stage.client({ headers: session, root: '/json' })

/** Signing in, and accounts with their bots. */
export const ofAccounts: Failing = {
  'create-session': ['accounts', ({ stage }) => stage.client({}).post('/parley/sessions', signInFields)],
  'fetch-api-key': ['accounts', ({ stage }) => stage.client({}).post('/fetch_api_key', signInFields)],
  'end-session': ['accounts', (a) => browser(a).delete('/parley/sessions/current')],
  'regenerate-api-key': ['accounts', ({ ada }) => ada.post('/users/me/api_key/regenerate')],
  'create-user': [
    'accounts',
    ({ stage }) =>
      stage.owner.post('/users', {
        email: `2${canary.email}`,
        full_name: canary.name,
        password: canary.password,
      }),
  ],
  'create-bot': [
    'accounts',
    ({ ada }) => ada.post('/bots', { full_name: canary.name, short_name: canary.local }),
  ],
  'update-bot': [
    'accounts',
    ({ ada, bot }) => ada.patch(`/bots/${bot.id}`, { full_name: `${canary.name} 2` }),
  ],
  'regenerate-bot-api-key': ['accounts', ({ ada, bot }) => ada.post(`/bots/${bot.id}/api_key/regenerate`)],
  'deactivate-bot': ['accounts', ({ ada, bot }) => ada.delete(`/bots/${bot.id}`)],
  'get-bots': ['people', ({ ada }) => ada.get('/bots')],
  'get-bot-storage': ['people', ({ bot }) => bot.get('/bot_storage')],
  'update-bot-storage': [
    'people',
    ({ bot }) => bot.put('/bot_storage', { storage: { [canary.topic]: canary.content } }),
  ],
  'remove-bot-storage': ['people', ({ bot }) => bot.delete('/bot_storage', { keys: [canary.topic] })],
}
