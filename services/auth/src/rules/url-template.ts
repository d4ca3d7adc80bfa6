const variable = String.raw`(?:\w|%[0-9A-Fa-f]{2})+(?:\.(?:\w|%[0-9A-Fa-f]{2})+)*(?::[1-9]\d{0,3}|\*)?`
const expression = new RegExp(String.raw`\{([+#./;?&]?)(${variable}(?:,${variable})*)\}`, 'g')

/** Begins with where it leads, which nothing put into it can change. */
const place = /^https?:\/\/[\p{L}\p{N}.-]+(?::\d{1,5})?(?=$|[/?#]|\{[/?#])/iu

/** The names of a URL template's variables (RFC 6570); null where it is none, or does not lead to one place of the web. */
export function templateVariables(template: string): Set<string> | null {
  if (!place.test(template)) return null
  // oxlint-disable-next-line no-control-regex
  if (/[{}\s"'<>\\^`|\u0000-\u001f\u007f]/.test(template.replace(expression, ''))) return null
  const names = [...template.matchAll(expression)].flatMap(([, , list = '']) => list.split(','))
  return new Set(names.map((name) => name.replace(/(?::\d+|\*)$/, '')))
}
