/** Headers of every answer, errors too: nothing is cached, framed, sniffed or sent in clear. */
export const fixedHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'private, no-store',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  vary: 'Authorization, Cookie, Host',
}
