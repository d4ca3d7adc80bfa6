/** Clients that people type into: what is sent from them was read by its sender (Zulip API: read_by_sender). */
const human = new Set([
  'zulipandroid',
  'zulipios',
  'zulipdesktop',
  'zulipmobile',
  'zulipflutter',
  'zulipelectron',
  'zulipterminal',
  'snipe',
  'website',
  'ios',
  'android',
])

/** Has the sender read the message by having sent it? */
export function readAtBirth(client: string, wanted: boolean | undefined): boolean {
  const name = client.toLowerCase()
  return wanted ?? (human.has(name) || name.includes('desktop app'))
}
