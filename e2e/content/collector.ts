import { once } from 'node:events'
import { createServer } from 'node:http'

/** An OTLP/HTTP receiver: keeps the bodies that exporters send. */
export interface Collector extends AsyncDisposable {
  readonly url: string
  /** Everything received, as text: OTLP's protobuf holds strings as they are. */
  text(): string
  /** Names of the processes that sent something. */
  readonly nodes: ReadonlySet<string>
}

export async function startCollector(): Promise<Collector> {
  const bodies: Buffer[] = []
  const nodes = new Set<string>()
  const server = createServer((request, response) => {
    nodes.add(String(request.headers['x-parley-node']))
    request.on('data', (chunk: Buffer) => bodies.push(chunk))
    request.on('end', () => response.end())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound ? bound.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    text: () => Buffer.concat(bodies).toString('utf8'),
    nodes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
