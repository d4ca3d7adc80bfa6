import { z } from 'zod'
import type { ApiClient } from '../api-client.ts'

const Cookies = z.union([z.string().transform((one) => [one]), z.array(z.string())])

/** Signs in as a browser does. @returns the headers that its pages then send, for clients with the root `/json` */
export async function signIn(
  nobody: ApiClient,
  username: string,
  password: string,
): Promise<Record<string, string>> {
  const { status, headers } = await nobody.post('/parley/sessions', { username, password })
  if (status !== 200) throw new Error(`signing in answered ${status}`)
  const cookies = Cookies.parse(headers['set-cookie']).map((one) => one.split(';')[0])
  const csrf = 'csrfcsrfcsrfcsrf'
  return {
    cookie: [...cookies, `__Host-csrftoken=${csrf}`].join('; '),
    'x-csrftoken': csrf,
    origin: nobody.url,
  }
}
