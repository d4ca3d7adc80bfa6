import { escapeText } from './html.ts'

/** TeX source in the markup that clients look for formulas in, not typeset. */
export function texAsSource(source: string, display: boolean): string {
  const tex = escapeText(source)
  const block = display ? ' display="block"' : ''
  const html =
    `<span class="katex"><span class="katex-mathml"><math xmlns="http://www.w3.org/1998/Math/MathML"${block}>` +
    `<semantics><mrow><mtext>${tex}</mtext></mrow><annotation encoding="application/x-tex">${tex}</annotation>` +
    `</semantics></math></span><span class="katex-html" aria-hidden="true"><span class="base">` +
    `<span class="mord text">${tex}</span></span></span></span>`
  return display ? `<span class="katex-display">${html}</span>` : html
}
