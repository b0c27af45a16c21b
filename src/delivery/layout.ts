import { directionOf } from '../http/direction.ts'
import { html, raw, type Html } from '../http/html.ts'
import { textsOf } from '../texts/catalogue.ts'
import { fill } from '../texts/sentences.ts'

export interface RatingPoint {
  score: number
  /** What this point means, where the scale says so. */
  word: string | null
  url: string
}

/**
 * The HTML part around its blocks: one column of tables with its styles on the elements, as mail programs want it, and a style sheet for those that know narrow screens and dark mode. No image, nothing
 * from elsewhere. The language and the direction of writing are the template's.
 */
export function layOutMail({ locale, title, blocks, footer }: { locale: string, title: string, blocks: Html[], footer: Html | null }): string {
  return html`<!doctype html>
<html lang="${locale}" dir="${directionOf(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body class="ground" style="margin:0;padding:0;background-color:#f6f7f9">
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#f6f7f9">
<tr><td align="center" style="padding:24px 12px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;background-color:#ffffff;border:1px solid #d0d7de;border-radius:12px">
<tr><td class="ink" align="${directionOf(locale) === 'rtl' ? 'right' : 'left'}" style="padding:28px 28px 12px;color:#1b1f24;font-family:system-ui,-apple-system,'Segoe UI',Arial,sans-serif;font-size:16px;line-height:1.5;word-break:break-word;overflow-wrap:anywhere">
${blocks}
</td></tr>
</table>
${footer}
<!--[if mso]></td></tr></table><![endif]-->
</td></tr>
</table>
</body>
</html>
`.markup
}

/** A scale as a row of links, which breaks into more rows where the screen is narrow. All are of one colour: none is made to look better. The mail is in one language; its question may be in another. */
export function ratingButtons({ points, question, locale, lang }: { points: RatingPoint[], question: string, locale: string, lang: string }): Html {
  const [first, last] = [points.at(0), points.at(-1)]
  const ends = points.length > 2 && first?.word && last?.word ? html`<p class="soft" style="margin:4px 0 0;color:#57606a;font-size:14px">${fill(textsOf(locale).mail.scale_ends, { min: first.score, min_label: first.word, max: last.score, max_label: last.word })}</p>` : null
  return html`<div${lang !== locale && html` lang="${lang}"`} style="margin:0 0 16px">
<p style="margin:0 0 8px;font-weight:bold"><bdi>${question}</bdi></p>
<div>${points.map((point) => button(point, points.length === 2))}</div>
${ends}
</div>`
}

/** Below the card, small, as every mail has it at its end. */
export function unsubscribeFooter(url: string, locale: string): Html {
  return html`<p class="soft" style="margin:16px 0 0;color:#57606a;font-family:system-ui,-apple-system,'Segoe UI',Arial,sans-serif;font-size:14px;line-height:1.5"><a class="soft" href="${url}" style="color:#57606a">${textsOf(locale).mail.unsubscribe}</a></p>`
}

function button({ score, word, url }: RatingPoint, is_worded: boolean): Html {
  return html`<a class="point" href="${url}" style="${raw(BUTTON_STYLE)}">${raw(OUTLOOK_ROOM)}${is_worded && word ? word : score}${raw(OUTLOOK_ROOM)}</a> `
}

/** Outlook pads no inline box, so it is given the room in spaces. */
export const OUTLOOK_ROOM = '<!--[if mso]>&nbsp;&nbsp;<![endif]-->'

/** A score of a mail, as a link: 44 px high and wide at least. */
export const BUTTON_STYLE = 'display:inline-block;min-width:44px;box-sizing:border-box;padding:0 10px;margin:0 0 6px;background-color:#0b5cad;border:1px solid #0b5cad;border-radius:8px;' +
  'color:#ffffff;font-size:16px;font-weight:bold;line-height:42px;mso-line-height-rule:exactly;text-align:center;text-decoration:none'

const STYLE = `
:root { color-scheme: light dark; supported-color-schemes: light dark }
@media (prefers-color-scheme: dark) {
.ground { background-color: #0f1216 !important }
.card { background-color: #181c22 !important; border-color: #363d46 !important }
.ink { color: #e8ebef !important }
.soft { color: #a3adb8 !important }
.link { color: #7db8ff !important }
.point { background-color: #7db8ff !important; border-color: #7db8ff !important; color: #08182b !important }
}
@media (max-width: 480px) { .ink { padding: 20px 14px 4px !important } }
`
