import { directionOf } from '../http/direction.ts'
import { html, raw, type Html } from '../http/html.ts'
import { textsOf } from '../texts/catalogue.ts'
import { DEFAULT_BRAND, palettesOf, type Palette } from './palette.ts'

/** How a survey's mails look. */
export interface MailTheme {
  /** `#rrggbb`. */
  brand_color: string
  /** By https; anything else is no logo. */
  logo_url: string | null
  logo_alt: string
}

/** What all mails of a theme have in common. */
export interface Look extends MailTheme {
  light: Palette
  sheet: Html
}

export interface MailParts {
  locale: string
  title: string
  /** What lists of mails show beside the subject. */
  preview: string
  look: Look
  blocks: Html[]
  footer: Html | null
}

/** The look of a theme, or of the part of it that there is. */
export function lookOf(theme: Partial<MailTheme> | null): Look {
  const { brand_color = DEFAULT_BRAND, logo_url = null, logo_alt = '' } = theme ?? {}
  const key = JSON.stringify([brand_color, logo_url, logo_alt])
  const look = looks.get(key) ?? makeLook({ brand_color, logo_url, logo_alt })
  if (looks.size < MOST_LOOKS) looks.set(key, look)
  return look
}

/**
 * The HTML part around its blocks: one column of tables with its styles on the elements, as mail programs want it, and a style sheet for those that know narrow screens and dark mode. Nothing from
 * elsewhere but the logo. The language and the direction of writing are the template's; the wrapper has them again, since web mail keeps no more than that.
 */
export function layOutMail({ locale, title, preview, look, blocks, footer }: MailParts): string {
  const [dir, { light }] = [directionOf(locale), look]
  const align = dir === 'rtl' ? 'right' : 'left'
  return html`<!doctype html>
<html lang="${locale}" dir="${dir}" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<title>${title}</title>
${OUTLOOK_HEAD}
<style>${look.sheet}</style>
</head>
<body class="ground" style="margin:0;padding:0;background-color:${light.ground}">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all;font-size:1px;line-height:1px;color:${light.ground}">${preview}${PREVIEW_PADDING}</div>
<div lang="${locale}" dir="${dir}" class="ground" style="background-color:${light.ground}">
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" border="0" dir="${dir}" style="background-color:${light.ground}">
<tr><td align="center" class="around" style="padding:24px 8px">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" dir="${dir}" style="width:100%;max-width:600px">
${logo(look, align)}<tr><td class="card ink" align="${align}" style="padding:24px 16px 8px;background-color:${light.card};border:1px solid ${light.line};border-radius:12px;color:${light.ink};${FONT};font-size:16px;line-height:1.5;word-break:break-word;overflow-wrap:anywhere">
${blocks}
</td></tr>
${footer && html`<tr><td class="soft" align="center" style="padding:16px;color:${light.soft};${FONT};font-size:14px;line-height:1.5">${footer}</td></tr>
`}</table>
</td></tr>
</table>
</div>
</body>
</html>
`.markup
}

/** Below the card, small, as every mail has it at its end. */
export function unsubscribeFooter(url: string, locale: string, { light }: Look): Html {
  return html`<a class="soft" href="${url}" style="color:${light.soft};text-decoration:underline">${textsOf(locale).mail.unsubscribe}</a>`
}

export const FONT = raw("font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif")

/** Costly to make, and few: surveys have the theme of their account mostly. */
const looks = new Map<string, Look>()
const MOST_LOOKS = 500

function makeLook(theme: MailTheme): Look {
  const { light, dark } = palettesOf(theme.brand_color)
  return { ...theme, light, sheet: raw(styleSheet(light, dark)) }
}

/** On a plate of its own, which stays light: a dark logo would be lost in dark mode. Its height is fixed, so that nothing moves when it comes. */
function logo({ logo_url, logo_alt, light }: Look, align: string): Html | null {
  if (!logo_url || !/^https:\/\/[^\s"<>]+$/.test(logo_url)) return null
  return html`<tr><td align="${align}" style="padding:0 0 16px"><table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td bgcolor="${LOGO_PLATE}" style="padding:8px 12px;background-color:${LOGO_PLATE};background-image:linear-gradient(${LOGO_PLATE},${LOGO_PLATE});border:1px solid ${light.line};border-radius:8px"><img src="${logo_url}" alt="${logo_alt}" height="40" style="display:block;height:40px;width:auto;max-width:260px;border:0;color:#1b1f24;${FONT};font-size:16px;font-weight:bold;line-height:40px"></td></tr></table></td></tr>
`
}

const LOGO_PLATE = '#fdfdfd'

/** Lest the body's first words follow the preview in lists of mails. */
const PREVIEW_PADDING = raw(' &#847;&zwnj;&nbsp;'.repeat(40))

/** Outlook on Windows draws by Word, which takes Times for a font that it does not know, and scales pixels. */
const OUTLOOK_HEAD = raw(`<!--[if mso]><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><style>td,p,a,center{font-family:'Segoe UI',Arial,sans-serif !important}</style><![endif]-->`)

/** One row of eleven fits from 556 px on; below, each group of points is a row, as wide as the card. Outlook.com rewrites colours in dark mode and says where: by data-ogsc and data-ogsb. */
function styleSheet(light: Palette, dark: Palette): string {
  return `
:root { color-scheme: light dark; supported-color-schemes: light dark }
a.point:hover { border-color: ${light.ink} !important }
@media (min-width: 640px) {
.card { padding: 32px 28px 16px !important }
.cell { padding: 2px !important }
.one { min-width: 45px !important }
}
@media (max-width: 555px) {
.row, .row table { display: block !important; width: 100% !important }
.row table { display: table !important; table-layout: fixed !important }
.row .point { min-width: 0 !important; padding-left: 4px !important; padding-right: 4px !important }
.cell { padding: 2px !important }
.room { display: table-cell !important }
.ends { max-width: none !important }
}
@media (max-width: 340px) {
.around { padding: 8px 2px !important }
.card { padding: 16px 12px 8px !important }
}
@media (prefers-color-scheme: dark) {
${coloured('', dark)}
a.point:hover { border-color: ${dark.ink} !important }
}
${coloured('[data-ogsc] ', dark, 'color')}
${coloured('[data-ogsb] ', dark, 'background')}
`
}

function coloured(before: string, { ground, card, line, ink, soft, link, face, word, edge }: Palette, only?: 'color' | 'background'): string {
  const rules: [string, string, 'color' | 'background'][] = [
    ['.ground', `background-color: ${ground}`, 'background'], ['.card', `background-color: ${card}`, 'background'], ['.card', `border-color: ${line}`, 'background'],
    ['.ink', `color: ${ink}`, 'color'], ['.soft', `color: ${soft}`, 'color'], ['.link', `color: ${link}`, 'color'],
    ['.point', `background-color: ${face}`, 'background'], ['.point', `border-color: ${edge}`, 'background'], ['.point', `color: ${word}`, 'color'],
  ]
  return rules.filter(([, , kind]) => only === undefined || kind === only).map(([name, rule]) => `${before}${name} { ${rule} !important }`).join('\n')
}
