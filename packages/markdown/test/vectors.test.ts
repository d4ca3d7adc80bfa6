import { expect, test } from 'vitest'
import { renderClean } from './clean-html.ts'
import { elementsOf } from './html-tree.ts'

/** What must never be followed or run, in the ways in which a reader of HTML still knows it. */
const payloads = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\tscript:alert(1)',
  'java&#10;script:alert(1)',
  '&#106;avascript:alert(1)',
  '&#x6A;avascript&colon;alert(1)',
  'javascript&#58;alert(1)',
  '\u0001javascript:alert(1)',
  'vbscript:msgbox(1)',
  'data:text/html,<script>alert(1)</script>',
  'data:text/html;base64,PHNjcmlwdD4=',
  'file:///etc/passwd',
  'blob:https://chat.example.com/1',
  '//evil.example/x',
  '\\\\evil.example\\x',
  '" onmouseover="alert(1)',
  "' onmouseover='alert(1)",
  '"><script>alert(1)</script>',
  '</a><img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
]

/** Wherever a text takes a name, an address or a body. */
const places: readonly ((payload: string) => string)[] = [
  (x) => x,
  (x) => `[a](${x})`,
  (x) => `[a](<${x}>)`,
  (x) => `[a](https://x.org "${x}")`,
  (x) => `[${x}](https://x.org)`,
  (x) => `[![${x}](${x})](${x})`,
  (x) => `<${x}>`,
  (x) => `\`\`\`${x}\nbody\n\`\`\``,
  (x) => `\`\`\`\n${x}\n\`\`\``,
  (x) => `\`\`\`spoiler ${x}\n${x}\n\`\`\``,
  (x) => `\`\`\`math\n${x}\n\`\`\``,
  (x) => `$$\\href{${x}}{a}$$`,
  (x) => `|${x}|b|\n|-|-|\n|a|${x}|`,
  (x) => `@**${x}** @*${x}* #**${x}** #**${x}>${x}**`,
  (x) => `:${x}: <time:${x}>`,
  (x) => `> ${x}\n\n# ${x}\n\n* ${x}`,
]

const addresses = (html: ReturnType<typeof renderClean>): string[] =>
  [...elementsOf(html.tree)].flatMap(({ attributes }) =>
    [...attributes].flatMap(([name, value]) => (name === 'href' || name === 'src' ? [value] : [])),
  )

test.each(payloads)('MD-01 wherever %j stands, it leads nowhere and runs nowhere', (payload) => {
  for (const place of places) {
    const followed = addresses(renderClean(place(payload)))
    expect(followed.filter((to) => /^(?!https?:|mailto:|tel:|\/[^/\\]|#)/i.test(to))).toEqual([])
  }
})
