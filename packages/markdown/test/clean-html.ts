import { expect } from 'vitest'
import { render } from '../src/here.ts'
import { createLinkifiers, renderContext } from '../src/index.ts'
import type { Rendered } from '../src/index.ts'
import { parseHtml } from './html-tree.ts'
import type { Element, Node } from './html-tree.ts'
import { ofKatex } from './katex-html.ts'

/** Names that would break out of attributes and elements if anything forgot to escape them. */
const context = {
  ...renderContext({
    organisationUrl: 'https://chat.example.com',
    users: [{ id: 7, fullName: '"><script>' }],
    groups: [{ id: 3, name: "' onclick=x" }],
    channels: [{ id: 1, name: '<b>"javascript:' }],
    translateEmoticons: true,
    defaultCodeLanguage: '"><x y="',
    linkifiers: createLinkifiers([
      { pattern: '(?P<all>[^ a]+)', url_template: 'https://x.com/{+all}' },
      { pattern: '[^ ](?P<all>.{1,9})', url_template: 'https://x.com/{all}{#all}' },
    ]),
  }),
  customEmoji: new Map([['x', '/user_avatars/1/emoji/images/1.png']]),
}

type Rules = Readonly<Record<string, Readonly<Record<string, RegExp>>>>

/** All that may ever come out: every tag, and the values its attributes may have. */
const url = /^(?:https?:\/\/[^/\\]|mailto:[^/]|tel:[+\d]|#|\/(?![/\\]))/i
const any = /^/
const allowed: Rules = {
  p: {},
  br: {},
  hr: {},
  h1: {},
  h2: {},
  h3: {},
  h4: {},
  h5: {},
  h6: {},
  em: {},
  strong: {},
  del: {},
  blockquote: {},
  ul: {},
  ol: { start: /^\d{1,9}$/ },
  li: {},
  table: {},
  thead: {},
  tbody: {},
  tr: {},
  th: { style: /^text-align: (?:left|right|center);$/ },
  td: { style: /^text-align: (?:left|right|center);$/ },
  pre: {},
  code: {},
  div: {
    class: /^(?:codehilite|spoiler-block|spoiler-header|spoiler-content)$/,
    'data-code-language': any,
    'aria-hidden': /^true$/,
  },
  span: {
    class:
      /^(?:(?:user-mention(?: channel-wildcard-mention)?|user-group-mention|topic-mention)(?: silent)?|emoji emoji-[0-9a-f-]+|timestamp-error|tex-error|katex(?:-display)?|[a-z][a-z0-9]?)$/,
    'data-user-id': /^(?:\d+|\*)$/,
    'data-user-group-id': /^\d+$/,
    'aria-label': /^[\p{L}\p{N} +-]+$/u,
    'aria-hidden': /^true$/,
    role: /^img$/,
    title: /^[\p{L}\p{N} +-]+$/u,
  },
  a: { href: url, class: /^(?:stream|stream-topic|message-link)$/, 'data-stream-id': /^\d+$/, title: any },
  img: { alt: /^:[\w+-]+:$/, class: /^emoji$/, src: /^\/(?:static|user_avatars)\//, title: any },
  time: { datetime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ },
}

function complaint(
  { tag, attributes }: Element,
  rules: Readonly<Record<string, RegExp>> | undefined,
): string[] {
  if (!rules) return [`<${tag}>`]
  return Array.from(attributes)
    .filter(([name, value]) => !Object.hasOwn(rules, name) || !rules[name]?.test(value))
    .map(([name, value]) => `<${tag} ${name}="${value}">`)
}

/** What must not have come out: of formulas what KaTeX does not emit, and that outside of formulas. */
function complaints(nodes: readonly Node[], rules: Rules): string[] {
  return nodes.flatMap((node) => {
    if (typeof node === 'string') return []
    const isFormula = node.tag === 'span' && /^katex\b/.test(node.attributes.get('class') ?? '')
    return [...complaint(node, rules[node.tag]), ...complaints(node.children, isFormula ? ofKatex : rules)]
  })
}

/** Renders, and reads the result with a parser that takes nothing but clean HTML. */
export function renderClean(source: string): Rendered & { readonly tree: readonly Node[] } {
  const rendered = render(source, context)
  const tree = parseHtml(rendered.html)
  expect(complaints(tree, allowed)).toEqual([])
  return { ...rendered, tree }
}
