import type { OptOut } from '../core/unsubscribes.ts'
import { directionOf } from '../http/direction.ts'
import { html } from '../http/html.ts'
import type { PageParts } from '../http/page.ts'
import { style } from './style.ts'
import { textsOf, type OptOutStage } from './texts.ts'

/** One sentence and one button: to opt out, or, who has done that, to come back. Of the customer it shows nothing. */
export function renderOptOut(stage: OptOutStage, { account, survey }: Pick<OptOut, 'account' | 'survey'>, token: string): PageParts {
  const { heading, text, button } = textsOf(survey.locale).opt_out[stage]
  const body = html`<main class="notice">
<p class="from"><bdi>${account.name}</bdi></p>
<h1>${heading}</h1>
<p>${text(account.name)}</p>
<form method="post" action="/${stage === 'done' ? 'resubscribe' : 'unsubscribe'}/${token}">
<button${stage !== 'ask' && html` class="quiet"`}>${button}</button>
</form>
</main>`
  return { title: `${heading} – ${account.name}`, body, style, lang: survey.locale, dir: directionOf(survey.locale) }
}
