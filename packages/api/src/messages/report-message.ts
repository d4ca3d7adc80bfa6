import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation, perUser } from '../operation.ts'
import { optional, pathInt, text, word } from '../param.ts'

/** Why a message may be reported (Zulip API: `server_report_message_types` of register-queue), with what people read. */
export const reportTypes = {
  spam: 'Spam',
  harassment: 'Harassment',
  inappropriate: 'Inappropriate content',
  norms: 'Violates community norms',
  other: 'Other reason',
} as const
export type ReportType = keyof typeof reportTypes

/** Shows a message that one may read to those who moderate. */
export const reportMessage = operation({
  id: 'report-message',
  method: 'POST',
  path: '/api/v1/messages/{message_id}/report',
  service: 'messaging',
  access: 'message:read',
  transaction: 'write',
  // Each fills a channel that people read.
  limits: [...apiByUser, perUser('report_message', 20, 3600)],
  callers: ['gateway'],
  params: {
    message_id: pathInt(),
    report_type: word(Object.keys(reportTypes) as [ReportType, ...ReportType[]]),
    description: optional(text(1000)),
  },
  response: z.object({}),
})
