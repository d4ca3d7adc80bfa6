/** A length as KaTeX writes it, or a part of what is around. */
const size = String.raw`[-+]?\d*\.?\d+(?:em|ex|pt|px|%|width)?`
const color = '(?:[a-zA-Z]+|#[0-9a-fA-F]{3,8})'
const one = (what: string): RegExp => new RegExp(`^(?:${what})$`)
const length = one(size)
const flag = one('true|false')
const font = one(
  '(?:normal|bold|italic|bold-italic|double-struck|fraktur|script|monospace|sans-serif(?:-italic|-bold)?)',
)

/** What stands in `style`: places, sizes, colours and lines; no address can. */
const style = one(
  [
    `(?:height|vertical-align|top|bottom|left|margin-left|margin-right|margin-top|width|min-width|padding-left|border-width|border-(?:top|right|bottom)-width):${size};`,
    `(?:color|background-color|border-color):${color};`,
    '(?:border-style|border-right-style):(?:solid|dashed);',
    'position:relative;',
    'margin:0 -0.02em;',
    'text-shadow: ?0.02em 0.01em 0.04px;?',
    `border: ?${size} solid ${color};?`,
  ].join('|'),
)
const styles = new RegExp(`^(?:${style.source.slice(1, -1)})+$`)

const classes = [
  'katex katex-display katex-html katex-mathml base strut newline allowbreak nobreak tag eqn-num inner root',
  'mord mbin mrel mop mopen mclose mpunct minner mspace mfrac mult mover munder msupsub mtable mtight',
  'vlist vlist-r vlist-s vlist-t vlist-t2 vbox pstrut svg-align hide-tail stretchy fix clap llap rlap thinbox',
  'accent accent-body accent-full accentunder sqrt smash rule overlay overline overline-line underline underline-line',
  'frac-line hline hdashline vertical-separator arraycolsep col-align-[clr] nulldelimiter op-limits op-symbol large-op small-op',
  'delimcenter delimsizing delimsizinginner delim-size[14] sizing (?:reset-)?size\\d+ x-arrow x-arrow-pad',
  'brace-(?:left|center|right) halfarrow-(?:left|right) angl anglpad boxpad cancel-(?:lap|pad) colorbox fbox fcolorbox sout',
  'amsrm boldsymbol (?:math|text)[a-z]+ text [a-z]+_fallback cd-arrow-pad cd-label-left cd-label-right',
]
const span = {
  class: one(`(?:(?:${classes.join(' ').replaceAll(' ', '|')})(?: (?!$)|$))+`),
  style: styles,
  'aria-hidden': one('true'),
}
const drawn = { width: length, height: length, style: styles, 'stroke-width': length }
const sized = {
  width: length,
  height: length,
  depth: length,
  lspace: length,
  rspace: length,
  voffset: length,
}
const shown = { mathvariant: font, mathcolor: one(color), mathbackground: one(color) }

/** Every element that KaTeX makes of text it does not trust, and what their attributes may hold. */
export const ofKatex: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  span,
  math: { xmlns: one('http://www.w3.org/1998/Math/MathML'), display: one('block') },
  annotation: { encoding: one('application/x-tex') },
  semantics: {},
  mrow: {},
  mi: { ...shown, stretchy: flag, lspace: length, rspace: length },
  mn: shown,
  mo: {
    ...shown,
    ...sized,
    fence: flag,
    stretchy: flag,
    separator: flag,
    largeop: flag,
    symmetric: flag,
    movablelimits: flag,
    minsize: length,
    maxsize: length,
    accent: flag,
  },
  mtext: shown,
  mspace: { ...shown, ...sized, linebreak: one('newline') },
  mstyle: { ...shown, style: styles, mathsize: length, scriptlevel: one('\\d'), displaystyle: flag },
  mpadded: { ...shown, ...sized, style: styles },
  menclose: { ...shown, notation: one('[a-z ]+') },
  mphantom: {},
  mfrac: { linethickness: length },
  msqrt: {},
  mroot: {},
  msub: {},
  msup: {},
  msubsup: {},
  munder: { accentunder: flag },
  mover: { accent: flag },
  munderover: {},
  mtable: {
    rowspacing: length,
    columnspacing: one(`(?:${size} ?)*`),
    columnalign: one('[a-z ]*'),
    columnlines: one('[a-z ]+'),
    rowlines: one('[a-z ]+'),
    width: length,
    side: one('left|right'),
  },
  mtr: {},
  mtd: { width: length },
  mlabeledtr: {},
  svg: {
    ...drawn,
    xmlns: one('http://www.w3.org/2000/svg'),
    viewBox: one('[-\\d. ]+'),
    preserveAspectRatio: one('none|x(?:Min|Mid|Max)YMin(?: slice)?'),
  },
  path: { d: one('[MLHVCSQTAZmlhvcsqtaz\\d.,\\s-]*') },
  line: { ...drawn, x1: length, y1: length, x2: length, y2: length },
}
