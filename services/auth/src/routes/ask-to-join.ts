import { askToJoin } from '@parley/api'
import { badRequest, orgId, Secret, unavailable } from '@parley/core'
import { type OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import { commitInLine } from '../commit.ts'
import { type AuthContext, now } from '../context.ts'
import { invitationOf, whoHas } from '../facts/invitation.ts'
import { countMails, mailedEnough } from '../facts/mailings.ts'
import { decideJoining } from '../joining.ts'
import { noMail, opensNothing } from '../present/invitation.ts'
import { addressRefusal } from '../present/refusal.ts'
import { insertAsked } from '../repo/invitations.ts'
import { insertMail } from '../repo/mails.ts'
import { email, emailKey } from '../rules/email.ts'

const day = 86_400_000
/** Most mails in a day to those who ask, of an organisation, and to one address. */
const mostAsked = 500
const mostToOne = 3

export default route<typeof askToJoin, AuthContext, OrmTx>(
  askToJoin,
  async ({ input, request, signal, ctx }) => {
    if (!ctx.mailer) throw noMail()
    const address = email(input.email)
    if (address === null) throw badRequest('Enter a valid email address.')
    const given = input.secret === undefined ? null : new Secret(input.secret)
    await commitInLine(ctx, orgId(request.org), signal, async (tx) => {
      const at = now(ctx.clock)
      const link = given && (await invitationOf(tx, given, at))
      if (given && link?.kind !== 'link') throw opensNothing()
      const verdict = await decideJoining(tx, link, address)
      if (!verdict.ok)
        throw verdict.reason.startsWith('address-') ? addressRefusal(verdict.reason, address) : opensNothing()
      if ((await countMails(tx, 0, at)).asked >= mostAsked) throw unavailable(undefined, 3_600)
      const key = emailKey(address)
      if ((await mailedEnough(tx, { inviter: null, keys: [key], most: mostToOne }, at)).has(key)) return
      // Who has an account gets no mail. The answer, its work and what is counted are the same: what is kept is over at
      // once, and whoever sends what is due finds nothing to send.
      const moot = (await whoHas(tx, [key])).has(key)
      const tomorrow = at.getTime() + day
      const invitation = await insertAsked(
        tx,
        verdict.granted,
        {
          email: address,
          channels: link?.channels ?? [],
          groups: link?.groups ?? [],
          withDefaults: link?.with_defaults ?? true,
          welcome: link?.welcome ?? null,
          notify: false,
          at,
          moot,
          expires: new Date(Math.min(tomorrow, link?.expires_at?.getTime() ?? tomorrow)),
        },
        link,
      )
      await insertMail(tx, verdict.granted, { invitation, messageId: ctx.ids.uuid(), url: request.url, at })
    })
    return {}
  },
)
