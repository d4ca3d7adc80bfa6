import { expect, test } from 'vitest'
import { type Fields, noFields } from './fields.ts'
import { readMultipart } from './multipart.ts'

const part = (name: string, value: string | Buffer, extra = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`--B\r\nContent-Disposition: form-data; name="${name}"${extra}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ])

async function read(...parts: readonly Buffer[]): Promise<Fields> {
  const fields = noFields()
  await readMultipart(
    'multipart/form-data; boundary=B',
    Buffer.concat([...parts, Buffer.from('--B--\r\n')]),
    fields,
  )
  return { ...fields }
}

test('reads fields, the last of equal names wins', async () => {
  expect(await read(part('a', '1'), part('b', 'é😀'), part('c', ''), part('a', '2'))).toEqual({
    a: '2',
    b: 'é😀',
    c: '',
  })
})

test('a part may name its charset', async () => {
  const typed = Buffer.from(
    '--B\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\né\r\n',
  )
  expect(await read(typed)).toEqual({ a: 'é' })
})

test.each([
  ['a file', [part('f', 'x', '; filename="f.txt"')], 'Files are not accepted here'],
  ['bytes that are no UTF-8', [part('a', Buffer.of(0xff))], 'not valid UTF-8'],
  ['too many parts', Array.from({ length: 1001 }, (_, i) => part(`a${i}`, '')), 'Too many parameters'],
])('refuses %s', async (_, parts, message) => {
  await expect(read(...parts)).rejects.toThrow(message)
})

test('a part without a name says nothing', async () => {
  expect(await read(Buffer.from('--B\r\nContent-Type: text/plain\r\n\r\nx\r\n'))).toEqual({})
})

test.each(['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=B'])(
  'a body cut short or without boundary is refused: %s',
  async (type) => {
    await expect(readMultipart(type, Buffer.from('--B\r\nContent-Dis'), noFields())).rejects.toThrow(
      'Malformed multipart body',
    )
  },
)

test('a part without a name is malformed', async () => {
  const nameless = Buffer.from('--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n')
  await expect(read(nameless)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})

const whole = (...parts: readonly Buffer[]): Buffer => Buffer.concat([...parts, Buffer.from('--B--\r\n')])
const withFile = async (...parts: readonly Buffer[]) => {
  const fields = noFields()
  const file = await readMultipart('multipart/form-data; boundary=B', whole(...parts), fields, true)
  return { file, fields: { ...fields } }
}

test('one file comes as its bytes, whatever it is called, beside the fields', async () => {
  const bytes = Buffer.of(0xff, 0, 13, 10, 45, 66)
  expect(await withFile(part('a', '1'), part('x', bytes, '; filename="f.png"'))).toEqual({
    file: bytes,
    fields: { a: '1' },
  })
  expect(await withFile(part('a', '1'))).toEqual({ file: null, fields: { a: '1' } })
})

test('two files are one too many', async () => {
  const file = part('f', 'x', '; filename="f.png"')
  await expect(withFile(file, file)).rejects.toThrow('exactly one file')
})
