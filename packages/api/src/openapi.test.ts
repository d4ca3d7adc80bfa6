import { expect, test } from 'vitest'
import { openApi } from './openapi.ts'
import { addEmoji } from './organisation/emoji.ts'
import { getIcon } from './organisation/pictures.ts'
import { getUser } from './users/get-user.ts'
import { deleteQueue } from './queues/delete-queue.ts'
import { eventsWs } from './queues/events-ws.ts'
import { getEvents } from './queues/get-events.ts'
import { register } from './queues/register.ts'

test('describes exactly what is declared', () => {
  const made = openApi([register, getEvents, deleteQueue, eventsWs])
  expect(made).toMatchObject({
    paths: {
      '/api/v1/register': {
        post: {
          operationId: 'register-queue',
          security: [{}, { apiKey: [] }],
          requestBody: {
            content: {
              'application/x-www-form-urlencoded': {
                schema: { properties: { apply_markdown: { type: 'boolean' } }, required: [] },
                encoding: { narrow: { contentType: 'application/json' } },
              },
            },
          },
        },
      },
      '/api/v1/events': {
        get: {
          security: [{ apiKey: [] }],
          parameters: [
            { name: 'queue_id', in: 'query', required: true },
            { name: 'last_event_id', in: 'query', required: true },
            { name: 'dont_block', in: 'query', required: false },
          ],
          'x-limits': [{ by: 'user', count: 1200, seconds: 60 }],
        },
        delete: { operationId: 'delete-queue' },
      },
    },
  })
  expect(Object.keys(made['paths'] as object)).toHaveLength(3)
})

test('what stands in the path is described as such', () => {
  expect(openApi([getUser])).toMatchObject({
    paths: {
      '/api/v1/users/{user_id}': {
        get: {
          parameters: [
            { name: 'user_id', in: 'path', required: true, schema: { type: 'integer' } },
            { in: 'query', name: 'client_gravatar' },
            { in: 'query', name: 'include_custom_profile_fields' },
          ],
        },
      },
    },
  })
})

test('says that a file comes, and where an answer leads elsewhere', () => {
  expect(openApi([addEmoji, getIcon])).toMatchObject({
    paths: {
      '/api/v1/realm/emoji/{emoji_name}': {
        post: {
          requestBody: {
            content: {
              'multipart/form-data': {
                schema: { properties: { filename: { type: 'string', format: 'binary' } } },
              },
            },
          },
        },
      },
      '/api/v1/realm/icon': { get: { responses: { 302: { headers: { location: {} } } } } },
    },
  })
})
