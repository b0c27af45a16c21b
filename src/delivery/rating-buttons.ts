import { directionOf } from '../http/direction.ts'
import { html, raw, type Html } from '../http/html.ts'
import { textsOf } from '../texts/catalogue.ts'
import { fill } from '../texts/sentences.ts'
import { FONT, type Look } from './layout.ts'

/** A rating question as a mail puts it. */
export interface Scale {
  question: string
  /** The language of the question and of its words; the mail around it may be in another. */
  lang: string
  appearance: Appearance
  points: RatingPoint[]
}

/** `words`: what the points mean stands on the buttons themselves. */
export type Appearance = 'numbers' | 'stars' | 'faces' | 'words'

export interface RatingPoint {
  score: number
  /** What this point means, where the scale says so. */
  word: string | null
  url: string
}

/**
 * A scale as buttons, each at least 44 px high and wide and a whole link, in Outlook on Windows too. Up to six points stand in one row; more in two groups, which are one row from 556 px on and two below.
 * The lowest point is where reading begins. All buttons are of one colour: none is made to look better.
 */
export function ratingButtons(scale: Scale, locale: string, look: Look): Html {
  const dir = directionOf(locale)
  const rows = rowsOf(scale.points)
  return html`<div style="margin:0 0 20px">
<p${scale.lang !== locale && html` lang="${scale.lang}"`} style="margin:0 0 12px;font-size:18px;font-weight:bold;line-height:1.4"><bdi>${scale.question}</bdi></p>
${ghost(`<table role="presentation" cellpadding="0" cellspacing="0" border="0" dir="${dir}"><tr><td>`)}${rows.map((row, index) => html`${index > 0 && ghost('</td><td>')}<div class="row" style="display:inline-block;vertical-align:top"><table role="presentation" cellpadding="0" cellspacing="0" border="0" dir="${dir}"><tr>
${row.map((point) => cell(point, scale, locale, look))}${roomFor((rows[0]?.length ?? 0) - row.length)}</tr></table></div>`)}${ghost('</td></tr></table>')}
${isWorded(scale) ? null : ends(scale, locale, look)}</div>`
}

/** The same as lines of text: the question, the scale in words, and a link for each point. */
export function ratingLines(scale: Scale, locale: string): string {
  const lines = scale.points.map((point) => `${isWorded(scale) ? (point.word ?? point.score) : point.score}: ${point.url}`)
  const [first, last] = endsOf(scale)
  const explained = isWorded(scale) || !first?.word || !last?.word ? [] : [fill(textsOf(locale).mail.scale_ends, { min: first.score, min_label: first.word, max: last.score, max_label: last.word })]
  return [[scale.question, ...explained].join('\n'), lines.join('\n')].join('\n\n')
}

const LONGEST_ROW = 6

/** Two rows of more points than fit into one on a telephone: six and five of eleven. */
function rowsOf(points: RatingPoint[]): RatingPoint[][] {
  const half = points.length > LONGEST_ROW ? Math.ceil(points.length / 2) : points.length
  return [points.slice(0, half), points.slice(half)].filter((row) => row.length > 0)
}

/** On narrow screens a row fills the card: a shorter one gets empty places, so that its buttons are no wider than those above. */
function roomFor(count: number): Html {
  return raw('<td class="room" style="display:none;mso-hide:all"></td>'.repeat(count))
}

function cell(point: RatingPoint, scale: Scale, locale: string, look: Look): Html {
  return html`<td class="cell" align="center" valign="top" style="padding:2px 1px">${ghost(outlookButton(point, scale, look).markup)}<!--[if !mso]><!-->${button(point, scale, locale, look)}<!--<![endif]--></td>
`
}

function button({ score, word, url }: RatingPoint, scale: Scale, locale: string, { light }: Look): Html {
  const label = scale.appearance === 'words' ? null : labelOf(scale, score, word, locale)
  const size = scale.appearance !== 'numbers' ? `padding:8px ${scale.appearance === 'words' ? 20 : 6}px;line-height:26px` : 'line-height:42px'
  return html`<a class="point${scale.points.length > LONGEST_ROW && ' one'}" href="${url}"${label && html` aria-label="${label}"`} style="display:block;box-sizing:border-box;min-width:${widthOf(scale)}px;min-height:44px;${raw(size)};background-color:${light.face};border:1px solid ${light.edge};border-radius:8px;color:${light.word};${FONT};font-size:16px;font-weight:bold;text-align:center;text-decoration:none">${contentOf(score, word, scale)}</a>`
}

function contentOf(score: number, word: string | null, scale: Scale): Html {
  const text = isWorded(scale) ? html`<bdi lang="${scale.lang}">${word ?? score}</bdi>` : html`${score}`
  if (scale.appearance === 'faces') return html`<span style="font-family:'Apple Color Emoji','Segoe UI Emoji','Noto Color Emoji',sans-serif;font-size:26px;line-height:34px;font-weight:normal">${faceOf(score, scale)}</span><br><span style="font-size:14px;line-height:20px">${text}</span>`
  return scale.appearance === 'stars' ? html`<span style="font-size:20px">★</span><br>${text}` : text
}

/** Word knows neither padding on links nor round corners: it draws a shape of a fixed size instead, whose whole face is the link. */
function outlookButton({ score, word, url }: RatingPoint, scale: Scale, { light }: Look): Html {
  const [text, mark] = [isWorded(scale) ? String(word ?? score) : String(score), markOf(score, scale)]
  const width = isWorded(scale) ? Math.max(widthOf(scale), 28 + 10 * displayWidth(`${mark}${text}`)) : widthOf(scale)
  return html`<v:roundrect href="${url}" style="width:${width}px;height:44px;v-text-anchor:middle" arcsize="18%" strokecolor="${light.edge}" fillcolor="${light.face}"><w:anchorlock xmlns:w="urn:schemas-microsoft-com:office:word"/><center style="color:${light.word};font-size:16px;font-weight:bold">${mark}${text}</center></v:roundrect>`
}

function markOf(score: number, scale: Scale): string {
  return scale.appearance === 'faces' ? `${faceOf(score, scale)} ` : scale.appearance === 'stars' ? '★' : ''
}

/** Roughly, in letters of Latin: others may be twice as wide. */
function displayWidth(text: string): number {
  return [...text].reduce((sum, character) => sum + (/[\u1100-\uffdc]|\p{Extended_Pictographic}/u.test(character) ? 2 : 1), 0)
}

/** Fewer buttons are wider. */
function widthOf({ appearance, points }: Scale): number {
  if (appearance === 'words') return 120
  if (appearance === 'faces') return points.length > 3 ? 80 : 112
  return points.length > LONGEST_ROW ? 44 : points.length > 5 ? 60 : 80
}

const FACES = ['🙁', '😐', '🙂'] as const
const MORE_FACES = ['😠', '🙁', '😐', '🙂', '😀'] as const

/** From sad to happy. */
function faceOf(score: number, { points }: Scale): string {
  const faces = points.length > 3 ? MORE_FACES : FACES
  const place = points.findIndex((point) => point.score === score) / Math.max(1, points.length - 1)
  return faces[Math.round(place * (faces.length - 1))] ?? ''
}

/** Up to three buttons have room for what they mean; below more of them it stands under the ends. */
function isWorded({ appearance, points }: Scale): boolean {
  return appearance === 'words' || (appearance === 'faces' && points.length <= 3)
}

function endsOf({ points }: Scale): [RatingPoint | undefined, RatingPoint | undefined] {
  return [points.at(0), points.at(-1)]
}

/** "9 of 10", and what that means where it is known. */
function labelOf({ points }: Scale, score: number, word: string | null, locale: string): string {
  const point = fill(textsOf(locale).mail.point, { score, max: points.at(-1)?.score ?? score })
  return word ? `${point}: ${word}` : point
}

/** What the lowest and the highest mean, under them. */
function ends(scale: Scale, locale: string, { light }: Look): Html | null {
  const [first, last] = endsOf(scale)
  if (!first?.word || !last?.word) return null
  const [start, end] = directionOf(locale) === 'rtl' ? ['right', 'left'] : ['left', 'right']
  const width = scale.points.length * (widthOf(scale) + 5)
  const text = ({ score, word }: RatingPoint): Html => html`<bdi lang="${scale.lang}">${fill(textsOf(locale).scale_end, { score, label: word ?? '' })}</bdi>`
  return html`<table role="presentation" class="ends" width="${width}" cellpadding="0" cellspacing="0" border="0" dir="${directionOf(locale)}" style="width:100%;max-width:${width}px"><tr><td class="soft" align="${start}" valign="top" style="padding:4px 1px 0;color:${light.soft};${FONT};font-size:14px;line-height:1.4">${text(first)}</td><td width="16"></td><td class="soft" align="${end}" valign="top" style="padding:4px 1px 0;color:${light.soft};${FONT};font-size:14px;line-height:1.4">${text(last)}</td></tr></table>
`
}

/** What only Outlook on Windows sees. */
function ghost(markup: string): Html {
  return raw(`<!--[if mso]>${markup}<![endif]-->`)
}
