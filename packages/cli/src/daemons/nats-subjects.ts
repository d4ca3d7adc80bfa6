/** What a service may do on NATS: allow lists only, since deny lists have been bypassed before. */
export interface NatsRights {
  publish: readonly string[]
  subscribe: readonly string[]
  /** May answer a request it received, on the reply subject of that request. */
  answers?: boolean
}

/** The JetStream stream that holds `evt.>`. */
const stream = 'EVENTS'
const streamReads = ['$JS.API.INFO', '$JS.API.STREAM.NAMES', `$JS.API.STREAM.INFO.${stream}`]

const inbox = (service: string): string => `_INBOX_${service}.>`

// After a commit a writer hints the relay, and waits until the gateways have applied what revokes.
const writer = (service: string): NatsRights => ({
  publish: ['hint.>', 'barrier.>'],
  subscribe: [inbox(service)],
})

// One durable consumer of the stream, named after the service.
const consumer = (service: string): NatsRights => ({
  publish: [
    'hint.>',
    ...streamReads,
    `$JS.API.CONSUMER.CREATE.${stream}.${service}`,
    `$JS.API.CONSUMER.CREATE.${stream}.${service}.>`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${service}`,
    `$JS.API.CONSUMER.INFO.${stream}.${service}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${service}`,
    `$JS.ACK.${stream}.${service}.>`,
  ],
  subscribe: [inbox(service)],
})

/** The one table of NATS rights: user (the service's SPIFFE id) to subjects. */
export const natsRights: Readonly<Record<string, NatsRights>> = {
  gateway: {
    // What is taken is between gateways alone.
    publish: ['hint.>', 'barrier.>', 'taken.>'],
    subscribe: ['evt.>', 'live.>', 'taken.>', 'barrier.>', inbox('gateway')],
    answers: true,
  },
  auth: writer('auth'),
  streams: writer('streams'),
  // Only messaging tells what passes beside the log, and only gateways hear it.
  messaging: { ...writer('messaging'), publish: ['hint.>', 'barrier.>', 'live.>'] },
  uploads: writer('uploads'),
  audit: consumer('audit'),
  relay: {
    publish: [
      'evt.>',
      ...streamReads,
      `$JS.API.STREAM.CREATE.${stream}`,
      `$JS.API.STREAM.UPDATE.${stream}`,
      `$JS.API.STREAM.MSG.GET.${stream}`,
      `$JS.API.DIRECT.GET.${stream}`,
      `$JS.API.DIRECT.GET.${stream}.>`,
    ],
    subscribe: ['hint.>', inbox('relay')],
  },
  // The operator's identity: makes and inspects streams and consumers.
  cli: {
    publish: ['$JS.API.>', '$JS.ACK.>', 'hint.>'],
    subscribe: ['evt.>', inbox('cli')],
  },
}
