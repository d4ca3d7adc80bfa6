import { join } from 'node:path'
import { databaseRoles } from '../identities.ts'

export interface PostgresSettings {
  port: number
  socketDir: string
  /** The folder of this file, with the others and the certificates. */
  conf: string
  maxConnections: number
  /** The kind that works here, as initdb found out: some containers have no usable /dev/shm. */
  sharedMemory: string
  /** Further lines of postgresql.conf, by name. */
  settings: Readonly<Record<string, string>>
}

/** The whole postgresql.conf of a private instance. */
export function postgresConfig({
  port,
  socketDir,
  conf,
  maxConnections,
  sharedMemory,
  settings,
}: PostgresSettings): string {
  const lines: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    max_connections: String(maxConnections),
    shared_buffers: '128MB',
    dynamic_shared_memory_type: sharedMemory,
    hba_file: join(conf, 'pg_hba.conf'),
    ident_file: join(conf, 'pg_ident.conf'),
    ssl: 'on',
    ssl_min_protocol_version: 'TLSv1.3',
    ssl_cert_file: join(conf, 'server.crt'),
    ssl_key_file: join(conf, 'server.key'),
    ssl_ca_file: join(conf, 'ca.crt'),
    ssl_crl_file: join(conf, 'ca.crl'),
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    max_wal_size: '1GB',
    checkpoint_completion_target: '0.9',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_line_prefix: '%m [%p] %u@%d ',
    // Statements, errors and their details hold what people wrote (`invalid input syntax … "their text"`): none goes to
    // a log. Services log an error's code and place; `log` stands above errors and keeps what concerns the server.
    log_min_messages: 'log',
    log_statement: 'none',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...settings,
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('')
}

/** pg_hba.conf: services by certificate over TLS, the operator over the socket; everything else is refused. */
export const hbaConfig = (): string =>
  [
    'local   all all                      peer map=operator',
    `hostssl all ${databaseRoles.join(',')} 127.0.0.1/32 cert`,
    'host    all all 0.0.0.0/0 reject',
    'host    all all ::/0      reject',
    '',
  ].join('\n')

/** pg_ident.conf: who owns the socket's folder, and root, are the operator. */
export const identConfig = (osUsers: readonly string[]): string =>
  osUsers.map((name) => `operator ${name} postgres\n`).join('')
