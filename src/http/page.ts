import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { html, raw, type Html } from './html.ts'

export interface PageParts {
  title: string
  body: Html
  /** A style sheet, set into the page and allowed by its hash; the plain pages' own where it is not given. */
  style?: string
  /** BCP 47. */
  lang?: string
  dir?: 'ltr' | 'rtl'
  /** From where it may load images besides its own server, as the policy says it. */
  img_src?: string
  /** Who may show the page in a frame, as the policy says it. */
  frame_ancestors?: string
  /** What the page itself may show in a frame, as the policy says it. */
  frame_src?: string
  /** The address of the one script that it loads, which may talk to its own server. */
  script?: string | undefined
  /** Another script of its own server's, such as a page in a frame has. */
  frame_script?: string | undefined
  /** Where its forms may lead, their redirects too, besides its own server, as the policy says it. */
  form_action?: string
}

/** Sends a whole page: one request, no script but those given, nothing from elsewhere but the images that it names; it may post to its own server only, and no cache keeps it. */
export function sendPage(reply: FastifyReply, status: number, parts: PageParts): FastifyReply {
  const style = parts.style ?? PLAIN_STYLE
  return reply.code(status)
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('content-security-policy', contentPolicy(style, parts))
    .send(renderPage({ ...parts, style }).markup)
}

/** What is put in place of the pieces until they come. */
export const PIECES: Html = raw('<!-- pieces -->')

/** The same for a page of which a part takes time: it is sent up to where PIECES stands in its body, then piece by piece as they come, then the rest. */
export function streamPage(reply: FastifyReply, parts: PageParts, pieces: AsyncIterable<Html>): FastifyReply {
  const style = parts.style ?? PLAIN_STYLE
  const [before = '', after = ''] = renderPage({ ...parts, style }).markup.split(PIECES.markup)
  async function* all(): AsyncGenerator<string> {
    yield before
    for await (const piece of pieces) yield piece.markup
    yield after
  }
  // A proxy that gathers what it passes on would show nothing until the end.
  return reply.header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-store').header('x-accel-buffering', 'no').header('content-security-policy', contentPolicy(style, parts)).send(Readable.from(all()))
}

function contentPolicy(style: string, { img_src = '', frame_ancestors = "'none'", frame_src = "'none'", form_action = '', script, frame_script }: PageParts): string {
  const hash = createHash('sha256').update(style).digest('base64')
  return `default-src 'none'; style-src 'sha256-${hash}'; ${script === undefined && frame_script === undefined ? '' : `script-src ${[script, frame_script].filter((one) => one !== undefined).join(' ')}; connect-src 'self'; `}img-src 'self' data:${img_src && ` ${img_src}`}; form-action 'self'${form_action && ` ${form_action}`}; base-uri 'none'; frame-src ${frame_src}; frame-ancestors ${frame_ancestors}`
}

function renderPage({ title, body, style, script, frame_script, lang = 'en', dir = 'ltr' }: PageParts & { style: string }): Html {
  return html`<!doctype html>
<html lang="${lang}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${raw(style)}</style>
${[script, frame_script].map((one) => one !== undefined && html`<script type="module" src="${one}"></script>
`)}</head>
<body>
${body}
</body>
</html>
`
}

/** For pages of few words: legible, light and dark, in either direction of writing, down to 320 px. */
export const PLAIN_STYLE = `
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --accent: #0b5cad; --on-accent: #fff; --bad: #a4121c }
@media (prefers-color-scheme: dark) { :root { --ground: #0f1216; --card: #181c22; --ink: #e8ebef; --soft: #a3adb8; --line: #363d46; --accent: #7db8ff; --on-accent: #08182b; --bad: #ff9a9a } }
* { box-sizing: border-box }
body { margin: 0; padding: 1.5rem 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
main { max-inline-size: 44rem; margin-inline: auto; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem }
h1 { margin-block: 0 1rem; font-size: 1.5rem; line-height: 1.25 }
h2 { font-size: 1.15rem }
a { color: var(--accent) }
p.soft, .soft { color: var(--soft) }
p.bad, .bad { color: var(--bad); font-weight: 600 }
label { display: block; margin-block: 1rem .25rem; font-weight: 600 }
input, textarea, select { inline-size: 100%; min-block-size: 2.75rem; padding: .5rem .75rem; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: .5rem; font: inherit }
button, .button { display: inline-block; min-block-size: 2.75rem; margin-block-start: 1rem; padding: .5rem 1.25rem; color: var(--on-accent); background: var(--accent); border: 1px solid transparent; border-radius: .5rem; font: inherit; font-weight: 600; text-decoration: none; cursor: pointer }
button.quiet { color: var(--accent); background: transparent; border-color: currentcolor }
table { inline-size: 100%; border-collapse: collapse }
th, td { padding: .5rem; text-align: start; border-block-end: 1px solid var(--line); vertical-align: top }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; box-shadow: 0 0 0 2px var(--card) }
`
