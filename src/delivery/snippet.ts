import { html, raw, type Html } from '../http/html.ts'

/** The systems whose mail templates have placeholders of a known form; `generic` is for any other. */
export const PSAS = ['halopsa', 'connectwise', 'autotask', 'generic'] as const
export type Psa = typeof PSAS[number]

export interface SnippetParts {
  public_url: string
  public_key: string
  psa: Psa
  question: string
  scale: { min: number, max: number }
  /** What the ends of the scale mean. */
  labels: { min: string, max: string } | null
  /** Of the pages that its links lead to; not there: by the browser. */
  locale?: string
}

/**
 * The HTML to paste into a PSA's closed-ticket mail: the question, a link for each score, what the ends mean, and last the image that says that the mail was sent. Everything is on
 * the elements, since the mail around it is not ours: text takes that mail's colours, so that it stays legible in its dark mode, and its direction. An address is the last
 * attribute of its element: a quotation mark in what a PSA pastes into it spoils nothing but the end of that address.
 */
export function renderSnippet({ public_url, public_key, psa, question, scale, labels, locale }: SnippetParts): string {
  const query = queryOf(PLACEHOLDERS[psa])
  const scores = Array.from({ length: scale.max - scale.min + 1 }, (_, index) => scale.min + index)
  const words = labels && scores.length === 2 ? [labels.min, labels.max] : null
  const links = scores.map((score, index) => link(words?.[index] ?? String(score), `${public_url}/rate/${public_key}/${score}?${locale === undefined ? '' : `locale=${locale}&`}${query}`))
  return html`<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;margin:16px 0;color:inherit">
<tr><td style="padding:0 0 8px;font-family:${FONT};font-size:16px;line-height:1.5;font-weight:bold"><bdi>${question}</bdi></td></tr>
<tr><td style="padding:0;font-family:${FONT};font-size:16px;line-height:50px">
${links}
</td></tr>
${labels && !words && html`<tr><td style="padding:0;font-family:${FONT};font-size:14px;line-height:1.5"><bdi>${scale.min} = ${labels.min}</bdi>, <bdi>${scale.max} = ${labels.max}</bdi></td></tr>
`}<tr><td style="padding:0;font-size:1px;line-height:1px"><img alt="" width="1" height="1" style="display:block;border:0" src="${public_url}/sent/${public_key}.gif?${query}"></td></tr>
</table>
`.markup
}

/** What each PSA puts in place of these is said, with how sure it is, in docs/email-template.md. */
const PLACEHOLDERS: Record<Psa, Record<string, string>> = {
  halopsa: { ticket: '$FAULTID', email: '$USEREMAILADDRESS', contact: '$USERNAME', company: '$AREA', staff: '$ASSIGNEDTO', title: '$SYMPTOM' },
  connectwise: { ticket: '[ticketnumber]', email: '[contactemail]', contact: '[contactname]', company: '[companyname]', title: '[summary]' },
  autotask: { ticket: '[Ticket: Number]', email: '[Contact: Email Address]', contact: '[Contact: First Name] [Contact: Last Name]', company: '[Company: Name]', title: '[Ticket: Title]' },
  generic: {
    ticket: '{{ticket}}', email: '{{email}}', contact: '{{contact}}', contactid: '{{contactid}}', company: '{{company}}', companyid: '{{companyid}}', board: '{{board}}', staff: '{{staff}}', title: '{{title}}',
  },
}

/** The placeholders stand as they are, or the PSA would not find them. The title comes last: a # in it cuts off what follows. */
function queryOf(placeholders: Record<string, string>): string {
  return Object.entries(placeholders).map(([name, placeholder]) => `${name}=${placeholder}`).join('&')
}

function link(text: string, url: string): Html {
  return html`<a style="${raw(BUTTON_STYLE)}" href="${url}">${raw(OUTLOOK_ROOM)}${text}${raw(OUTLOOK_ROOM)}</a> `
}

/** Outlook pads no inline box, so it is given the room in spaces. */
const OUTLOOK_ROOM = '<!--[if mso]>&nbsp;&nbsp;<![endif]-->'

/** A score as a link: 44 px high and wide at least. */
const BUTTON_STYLE = 'display:inline-block;min-width:44px;box-sizing:border-box;padding:0 10px;margin:0 0 6px;background-color:#0b5cad;border:1px solid #0b5cad;border-radius:8px;' +
  'color:#ffffff;font-size:16px;font-weight:bold;line-height:42px;mso-line-height-rule:exactly;text-align:center;text-decoration:none'

const FONT = raw('system-ui,-apple-system,\'Segoe UI\',Arial,sans-serif')
