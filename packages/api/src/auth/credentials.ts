import { text } from '../param.ts'

/** Longest password in bytes of UTF-8; what is longer is refused before anything is computed from it. */
export const passwordMaxBytes = 1024

/** A password as people sign in with it. Never trimmed and never cut. */
export const password = () => text(passwordMaxBytes)
/** The account's e-mail; case and white space around it do not count. */
export const username = () => text(320)
