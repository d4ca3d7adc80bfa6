const inText: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Text as the content of an element. */
export const escapeText = (text: string): string => text.replace(/[&<>]/g, (c) => inText[c] ?? c)

/** Text as a double-quoted attribute value, or as code. */
export const escapeAttribute = (text: string): string => escapeText(text).replaceAll('"', '&quot;')
