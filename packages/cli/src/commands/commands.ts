import type { Command } from '../command.ts'
import { accessExplain } from './access-explain.ts'
import { auditVerify } from './audit-verify.ts'
import { bench } from './bench.ts'
import { certsRevoke } from './certs-revoke.ts'
import { certsRotateCa } from './certs-rotate-ca.ts'
import { down } from './down.ts'
import { logs } from './logs.ts'
import { orgCreate } from './org-create.ts'
import { orgDeactivate, orgReactivate } from './org-use.ts'
import { restart } from './restart.ts'
import { status } from './status.ts'
import { test } from './test.ts'
import { up } from './up.ts'

/** Every command, in the order of the help page. */
export const commands: readonly Command[] = [
  up,
  down,
  status,
  logs,
  restart,
  test,
  bench,
  orgCreate,
  orgDeactivate,
  orgReactivate,
  auditVerify,
  accessExplain,
  certsRotateCa,
  certsRevoke,
]
