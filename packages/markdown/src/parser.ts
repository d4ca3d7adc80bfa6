import MarkdownIt from 'markdown-it'
import { channelLinksPlugin } from './plugins/channel-links.ts'
import { codeBlocksPlugin } from './plugins/code-blocks.ts'
import { codeSpansPlugin } from './plugins/code-spans.ts'
import { depthPlugin } from './plugins/depth.ts'
import { elementPlugin } from './plugins/element.ts'
import { emojiPlugin } from './plugins/emoji.ts'
import { fencesPlugin } from './plugins/fences.ts'
import { linkifiersPlugin } from './plugins/linkifiers.ts'
import { linksPlugin } from './plugins/links.ts'
import { listsPlugin } from './plugins/lists.ts'
import { mathPlugin } from './plugins/math.ts'
import { mentionsPlugin } from './plugins/mentions.ts'
import { quotesPlugin } from './plugins/quotes.ts'
import { strikethroughPlugin } from './plugins/strikethrough.ts'
import { tablesPlugin } from './plugins/tables.ts'
import { textPlugin } from './plugins/text.ts'
import { timestampsPlugin } from './plugins/timestamps.ts'

/**
 * The parser of message texts. It has no state of its own: what one rendering needs travels in `env`,
 * so one instance serves all. Raw HTML, reference links and underlined headings are not part of the
 * language; every piece of text reaches the output through an escaping renderer rule.
 */
export const parser = new MarkdownIt({ html: false, breaks: true, linkify: false, maxNesting: 100 })
  .use(elementPlugin)
  .use(textPlugin)
  .use(codeSpansPlugin)
  .use(codeBlocksPlugin)
  .use(fencesPlugin)
  .use(quotesPlugin)
  .use(listsPlugin)
  .use(tablesPlugin)
  .use(depthPlugin)
  .use(linkifiersPlugin)
  .use(strikethroughPlugin)
  .use(linksPlugin)
  .use(mentionsPlugin)
  .use(channelLinksPlugin)
  .use(mathPlugin)
  .use(timestampsPlugin)
  .use(emojiPlugin)
  .disable(['reference', 'lheading', 'html_block'])
