/** Longest name of a channel, in Unicode code points (Zulip API: max_stream_name_length). */
export const maxChannelNameLength = 60
export const maxChannelDescriptionLength = 1024

/** What two spellings of one name have in common: names are unique by it in an organisation. */
export const channelNameKey = (name: string): string => name.trim().normalize('NFKC').toLowerCase()

const unprintable = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u

/**
 * What is wrong with a name, in the words Zulip's clients know; null where nothing is. The name itself is not
 * repeated.
 */
export function channelNameFault(name: string): string | null {
  if (name.trim() === '') return "Channel name can't be empty."
  const characters = Array.from(name)
  if (characters.length > maxChannelNameLength)
    return `Channel name too long (limit: ${maxChannelNameLength} characters).`
  const at = unprintableAt(name)
  return at === 0 ? null : `Invalid character in channel name, at position ${at}.`
}

/** The place of the first character that no name has, from 1; 0 where there is none. */
export const unprintableAt = (name: string): number =>
  Array.from(name).findIndex((character) => unprintable.test(character)) + 1
