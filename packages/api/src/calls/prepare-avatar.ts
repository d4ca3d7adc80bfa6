import { z } from 'zod'
import { call } from '../operation.ts'

/** An image sealed for its place, in Base64: who brings it there cannot read it, nor bring it elsewhere. */
const Sealed = z.object({ path: z.string().max(100), sealed: z.base64() })
/** Somebody's picture in both sizes, as it is to be kept. */
export const PreparedAvatar = z.object({ picture: Sealed, medium: Sealed })
export type PreparedAvatar = z.infer<typeof PreparedAvatar>

/** Makes a picture of an image that comes with an operation of another service; null for who could give nobody one. */
export const prepareAvatar = call({
  id: 'uploads.prepare-avatar',
  service: 'uploads',
  callers: ['gateway'],
  // A file that ends the decoder is not to end the next one too.
  idempotent: false,
  // The file in Base64.
  input: z.object({ org: z.int(), user: z.int(), file: z.base64() }),
  response: PreparedAvatar.nullable(),
})

/** What is made of an image, as the operation's file. */
export const asFile = (prepared: PreparedAvatar): string =>
  Buffer.from(JSON.stringify(prepared)).toString('base64')
/** The same as the operation has it. @throws ZodError, SyntaxError where the file was not prepared: a bug */
export const preparedIn = (file: Uint8Array): PreparedAvatar =>
  PreparedAvatar.parse(JSON.parse(Buffer.from(file).toString()))
