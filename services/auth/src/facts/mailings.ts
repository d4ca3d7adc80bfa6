import type { Tx } from '@parley/db'
import { z } from 'zod'

const Mails = z.object({ own: z.int(), all: z.int(), asked: z.int() })

/**
 * Mails that were asked for in the day before `now`: by somebody, for invitations or to an address they want, by all who
 * invite, and by who comes by a link.
 */
export async function countMails(tx: Tx, inviter: number, now: Date): Promise<z.output<typeof Mails>> {
  const [row] = await tx.query(
    Mails,
    `SELECT count(*) FILTER (WHERE kind <> 'asked' AND inviter_id = $2)::int AS own,
            count(*) FILTER (WHERE kind = 'mail')::int AS all,
            count(*) FILTER (WHERE kind = 'asked')::int AS asked
     FROM auth.mailings
     WHERE org_id = $1 AND due_at > $3::timestamptz - interval '1 day' AND asked_at > $3::timestamptz - interval '1 day'`,
    [tx.org, inviter, now],
  )
  return row ?? { own: 0, all: 0, asked: 0 }
}

/**
 * Those of the addresses (as they are compared) to which somebody has had as many mails sent in the day before `now` as
 * may be; null: those who come by a link.
 */
export async function mailedEnough(
  tx: Tx,
  {
    inviter,
    keys,
    most,
  }: { readonly inviter: number | null; readonly keys: readonly string[]; readonly most: number },
  now: Date,
): Promise<ReadonlySet<string>> {
  const rows = await tx.query(
    z.object({ email_key: z.string() }),
    `SELECT email_key FROM auth.mailings
     WHERE org_id = $1 AND email_key = ANY ($2) AND due_at > $4::timestamptz - interval '1 day'
       AND asked_at > $4::timestamptz - interval '1 day'
       AND CASE WHEN $3::integer IS NULL THEN kind = 'asked' ELSE kind <> 'asked' AND inviter_id = $3 END
     GROUP BY email_key HAVING count(*) >= $5`,
    [tx.org, keys, inviter, now, most],
  )
  return new Set(rows.map((row) => row.email_key))
}

const Open = z.object({ own: z.int(), all: z.int(), links: z.int() })

/** Invitations that are open: somebody's, all, and those of all that are links. */
export async function countOpen(tx: Tx, inviter: number, now: Date): Promise<z.output<typeof Open>> {
  const [row] = await tx.query(
    Open,
    `SELECT count(*) FILTER (WHERE inviter_id = $2)::int AS own, count(*)::int AS all,
            count(*) FILTER (WHERE kind = 'link')::int AS links
     FROM auth.invitations
     WHERE org_id = $1 AND kind <> 'asked' AND open_until > $3`,
    [tx.org, inviter, now],
  )
  return row ?? { own: 0, all: 0, links: 0 }
}
