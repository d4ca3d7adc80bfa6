import { expect, test } from 'vitest'
import { submessagesOf, widgetIn } from './widget.ts'

test.each([
  ['/poll', { question: '', options: [] }],
  ['/poll  Tea or cake? ', { question: 'Tea or cake?', options: [] }],
  [
    '/poll Tea?\n- green\n* black\n\n  white - hot',
    { question: 'Tea?', options: ['green', 'black', 'white - hot'] },
  ],
  ['/poll\r\nTea\r\nCake', { question: '', options: ['Tea', 'Cake'] }],
])('%j is a poll', (content, extra_data) => {
  expect(widgetIn(content)).toEqual({ widget_type: 'poll', extra_data })
})

test('a list of tasks has descriptions', () => {
  expect(widgetIn('/todo Today\nbuy tea: green: the good one\n- drink it\n: what')).toEqual({
    widget_type: 'todo',
    extra_data: {
      task_list_title: 'Today',
      tasks: [
        { task: 'buy tea', desc: 'green: the good one' },
        { task: 'drink it', desc: '' },
        { task: '', desc: 'what' },
      ],
    },
  })
})

test.each(['/polls x', ' /poll x', 'a /poll x', '/todo:x', '/Poll x', '/me polls', ''])(
  '%j is neither',
  (content) => {
    expect(widgetIn(content)).toBeNull()
  },
)

test('what readers added stands behind what the message is, and nothing hangs on another text', () => {
  const added = [{ id: 9, message_id: 7, sender_id: 6, msg_type: 'widget', content: '{}' }]
  const poll = { id: 7, senderId: 5, content: '/poll x', edited: false }
  expect(submessagesOf(poll, added).map(({ id, sender_id }) => [id, sender_id])).toEqual([
    [7, 5],
    [9, 6],
  ])
  expect(submessagesOf({ ...poll, edited: true }, added)).toEqual([])
  expect(submessagesOf({ ...poll, content: 'x' }, added)).toEqual([])
})
