import type { Table } from './figure.ts'
import { type Profile, sharesOf, type Step } from './profile.ts'

const sockets = 'sockets, timers and system calls'

/** The services on the path of a send, and which of their code does what. */
export const profiled = {
  'gateway-1': {
    named: [
      { name: 'credential and limit', files: /gateway\/src\/(identity|limits)\/|edge\/gate|ioredis|redis/ },
      {
        name: 'delivery',
        files: /gateway\/src\/(live|repo)\/|packages\/(events|db)\/|@nats-io|\/pg(-\w+)?\//,
      },
      { name: 'link', files: /packages\/kit\/src\/(link|token|telemetry)|gateway\/src\/dispatcher|\/ws\// },
      { name: 'TLS and HTTP', files: /gateway\/src\/edge\/|fastify|find-my-way|node:_?(http|tls)/ },
    ],
    around: [{ name: sockets, files: /^node:/ }],
  },
  'messaging-1': {
    named: [
      { name: 'Markdown', files: /packages\/markdown\/|markdown-it/ },
      { name: 'facts', files: /messaging\/src\/(facts|rules)\/|packages\/access\// },
      { name: 'SQL', files: /messaging\/src\/(repo|jobs)\/|packages\/db\/|\/pg(-\w+)?\// },
      { name: 'relay', files: /packages\/events\/|@nats-io/ },
      { name: 'validation', files: /packages\/(api|kit\/src\/run)|\/zod\// },
      { name: 'link', files: /packages\/kit\/|\/ws\// },
    ],
    around: [{ name: sockets, files: /^node:/ }],
  },
} as const satisfies Record<string, { readonly named: readonly Step[]; readonly around: readonly Step[] }>
export type ProfiledName = keyof typeof profiled

/** What processes that do one thing only do for a send. */
const whole: Readonly<Record<string, string>> = {
  postgres: 'SQL and log',
  redis: 'credential and limit',
  'relay-1': 'relay',
  nats: 'relay',
  'audit-1': 'audit looks whether it concerns it',
}

/** CPU milliseconds per send by step, out of the CPU by process and the profiles of those that do several things. */
export function stepTable(
  byProcess: Readonly<Record<string, number>>,
  profiles: Readonly<Record<ProfiledName, Profile>>,
): Table {
  const rows: [string, string, number][] = []
  for (const [name, ms] of Object.entries(byProcess)) {
    if (!isProfiled(name)) rows.push([whole[name] ?? 'everything else', name, ms])
    else {
      const { named, around } = profiled[name]
      for (const [step, share] of Object.entries(sharesOf(profiles[name], named, around)))
        rows.push([step, name, share * ms])
    }
  }
  return {
    title: 'A send by step',
    columns: ['step', 'process', 'CPU ms'],
    rows: rows.filter(([, , ms]) => ms >= 0.002).toSorted((a, b) => b[2] - a[2]),
  }
}

const isProfiled = (name: string): name is ProfiledName => Object.hasOwn(profiled, name)
