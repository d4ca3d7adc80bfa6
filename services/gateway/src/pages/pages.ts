import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixedHeaders } from '../edge/headers.ts'

/** What a browser shows to who follows a link of ours. */
export interface Page {
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

/** Scripts and styles from here alone, and whatever a form holds goes nowhere but by the script. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const page = (name: string, type: string): Page => ({
  headers: { ...fixedHeaders, 'content-security-policy': policy, 'content-type': `${type}; charset=utf-8` },
  bytes: readFileSync(join(import.meta.dirname, name)),
})

/** By path: where mails and invitation links lead (adr 0052), and what these pages are made of. */
export const pages: Readonly<Record<string, Page>> = {
  '/join': page('join.html', 'text/html'),
  '/join/ask': page('ask.html', 'text/html'),
  '/email': page('email.html', 'text/html'),
  '/static/pages/page.css': page('page.css', 'text/css'),
  '/static/pages/page.js': page('page.js', 'text/javascript'),
}
