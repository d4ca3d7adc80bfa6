import { expect, test } from 'vitest'
import { mentionsIn, renderContext, renderTopicOperand } from './index.ts'

test('finds whom and what a text may refer to, each once', () => {
  const source =
    '@**Zoe** @**zoe** @_**Iago|8** @**|9** @**all** > `@**In Code**` @*Backend* @_*backend* ' +
    '#**Denmark** #**denmark>lunch** #**Verona>x@12** #**Rome>** @**unclosed* @**** ' +
    ':smile: :a:b: :smile: 12:30:45 :Upper: :not a name:'
  expect(mentionsIn(source)).toEqual({
    userIds: [8, 9],
    userNames: ['zoe', 'all', 'in code'],
    groupNames: ['backend'],
    channelNames: ['denmark', 'verona', 'rome'],
    emojiNames: ['smile', 'a', 'b', '30'],
    topics: [
      { channel: 'denmark', topic: 'lunch' },
      { channel: 'rome', topic: '' },
    ],
  })
  expect(mentionsIn('nothing')).toEqual({
    userIds: [],
    userNames: [],
    groupNames: [],
    channelNames: [],
    emojiNames: [],
    topics: [],
  })
})

test('a name that several people bear is ambiguous, the same person twice is not', () => {
  const { users } = renderContext({
    organisationUrl: 'https://x',
    users: [
      { id: 1, fullName: 'A' },
      { id: 1, fullName: 'A' },
      { id: 2, fullName: 'B' },
      { id: 3, fullName: 'b' },
      { id: 2, fullName: 'B' },
    ],
  })
  expect([users.byName.get('a'), users.byName.get('b')]).toEqual([{ id: 1, fullName: 'A' }, 'ambiguous'])
})

test('operands of narrow links keep letters, digits, _, - and ~', () => {
  expect(renderTopicOperand("aZ0_-~ .%(!'*)/é")).toBe('aZ0_-~.20.2E.25.28.21.27.2A.29.2F.C3.A9')
})
