import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EditRow } from '../repo/history.ts'
import { editHistory, messageHistory } from './history.ts'

const nothing = {
  prevContent: null,
  prevRendered: null,
  prevTopic: null,
  topic: null,
  prevChannel: null,
  channel: null,
}
const anyChange = fc.record({ kind: fc.constantFrom('text', 'topic'), to: fc.string({ maxLength: 5 }) })

/** A message written and changed so, with what it was each time. */
function played(changes: readonly { kind: string; to: string }[]) {
  let state = { topic: 'a', content: 'a' }
  const states = [state]
  const edits: EditRow[] = []
  for (const { kind, to } of changes) {
    const edit = { ...nothing, userId: 5, at: edits.length + 1 }
    if (kind === 'text')
      edits.unshift({ ...edit, prevContent: state.content, prevRendered: `<p>${state.content}</p>` })
    else edits.unshift({ ...edit, prevTopic: state.topic, topic: to })
    state = kind === 'text' ? { ...state, content: to } : { ...state, topic: to }
    states.push(state)
  }
  return {
    edits,
    states,
    now: { ...state, rendered: `<p>${state.content}</p>`, sentAt: 0, edited: true, senderId: 5 },
  }
}

test('every state that a message was in, oldest first', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 8 }), (changes) => {
      const { edits, states, now } = played(changes)
      const told = messageHistory(now, edits, 'all', true)
      expect(told.map(({ topic, content }) => ({ topic, content }))).toEqual(states)
      expect(told.map(({ timestamp }) => timestamp)).toEqual(states.map((_, i) => i))
    }),
  )
})

test('where only moves are shown no former text is', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 8 }), (changes) => {
      const { edits, now } = played(changes)
      const moves = changes.filter(({ kind }) => kind === 'topic')
      const told = messageHistory(now, edits, 'moves', true)
      expect(told.map(({ topic }) => topic)).toEqual(['a', ...moves.map(({ to }) => to)])
      expect(new Set(told.map(({ content }) => content))).toEqual(new Set([now.content]))
      const object = editHistory(edits, 'moves', true)
      expect(object.filter((entry) => 'prev_content' in entry)).toEqual([])
      expect(object).toHaveLength(moves.length)
      expect(editHistory(edits, 'none', true)).toEqual([])
    }),
  )
})

test('the nameless topic is shown to who does not know of it by its name', () => {
  const edit = { ...nothing, userId: 5, at: 1, prevTopic: '', topic: 'b', prevChannel: 3, channel: 4 }
  const now = { topic: 'b', content: '', rendered: '', sentAt: 0, edited: true, senderId: 5 }
  expect(messageHistory(now, [edit], 'all', false)).toMatchObject([
    { topic: 'general chat' },
    { topic: 'b', prev_topic: 'general chat', prev_stream: 3, stream: 4 },
  ])
})
