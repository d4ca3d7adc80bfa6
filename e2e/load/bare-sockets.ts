import { askBare, type BareAddress } from './ask-bare.ts'

/** Tells the bare server of `limits/bare-sockets.ts` what to broadcast; resolves when it is written. */
export async function broadcast(
  to: BareAddress,
  asked: {
    readonly frames: number
    readonly bytes: number
    readonly firstId: number
    readonly everyMs: number
  },
): Promise<void> {
  await askBare(to, '/', asked)
}
