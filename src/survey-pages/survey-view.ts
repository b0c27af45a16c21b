import type { Account } from '../core/context.ts'
import type { SpokenQuestion, SpokenSurvey } from '../core/survey-texts.ts'
import { headlineQuestion, scaleOf } from '../core/surveys.ts'
import { directionOf } from '../http/direction.ts'
import { html, type Html } from '../http/html.ts'
import type { PageParts } from '../http/page.ts'
import { textsOf } from '../texts/catalogue.ts'
import { fill } from '../texts/sentences.ts'
import type { Texts } from '../texts/shape.ts'
import { conditionRules } from './conditions.ts'
import { customerNames, renderCustomer } from './customer-view.ts'
import { fieldName, VERSION, type Given } from './form-fields.ts'
import { langOf, type Field } from './question-group.ts'
import { renderField } from './question-views.ts'
import type { PageTicket } from './page-session.ts'
import { scoreName } from './rating-view.ts'
import { logoOrigin, renderLogo, themedStyle } from './theme.ts'

/** What is asked, of whom, and where the answers go. */
export interface AskedSurvey {
  account: Pick<Account, 'name'>
  /** As the page speaks it: its locale is the page's. */
  survey: SpokenSurvey
  /** Whom a question about each staff member is about, by what the page calls them. */
  staff: { id: number, name: string }[]
  /** What it was about, where that is known. */
  title: string | null
  /** What is known of the customer, for the fields that the page asks them to fill in. */
  known: Given
  /** The address that the form is sent to. */
  action: string
  /** What tells this page's form from any other's. */
  ticket: PageTicket
  /** A link that no person sees; an open link has none. */
  trap: string | null
  /** Where the page's script saves the score that its address chose; null where it chose none, or nothing counts without Send. */
  click: string | null
  /** The address of that script. */
  script: string | undefined
  /** In a frame: the sites that may be around it, none for any. */
  origins?: readonly string[] | null
}

export interface SurveyView {
  asked: AskedSurvey
  /** What was given so far; shown as it came. */
  given: Given
  /** What is wrong with it, by field name. */
  faults: ReadonlyMap<string, string>
  /** The score that came with the link from the mail, if it did. */
  from_mail: number | null
  /** It was sent, and has to be sent again later. */
  held_off?: boolean
  /** What the site around it passed on. */
  passed?: { text: string, signature: string | null } | null
  /** It was sent, and is being changed. */
  is_change?: boolean
}

/** The survey as a form. With faults: a summary that takes the focus, and each one again beside its question. Where it has to be sent again later, that takes the focus. */
export function renderSurvey(view: SurveyView): PageParts {
  const { account, survey, title: about, action } = view.asked
  const texts = textsOf(survey.locale)
  const fields = fieldsOf(view)
  const heading = view.is_change ? texts.form.change.heading : texts.heading
  const title = `${heading} – ${account.name}`
  const body = html`<main${view.asked.origins && html` data-origins="${view.asked.origins.join(' ')}"`}>
${renderLogo(survey.theme, account)}<p class="from"><bdi>${account.name}</bdi></p>
<h1>${heading}</h1>
${about && html`<p class="about" dir="auto">${fill(texts.about, { title: about })}</p>`}
${view.faults.size > 0 && renderSummary(view, fields, texts)}
${view.held_off && renderHeldOff(texts)}
<form method="post" action="${action}" novalidate>
<input type="hidden" name="${VERSION}" value="${survey.version}">
${renderUnseen(view.asked)}
${view.asked.origins && html`<input type="hidden" name="params" value="${view.passed?.text}"><input type="hidden" name="signature" value="${view.passed?.signature}">`}
${fields.map((field) => renderField(field, texts, survey.locale))}
${renderCustomer({ survey, given: view.given, faults: view.faults }, texts)}<button>${view.is_change ? texts.form.change.button : texts.send}</button>
<p class="foot">${fill(texts.goes_to, { account: account.name })}</p>
</form>
${renderSaved(view, fields)}
</main>`
  return {
    title: view.faults.size > 0 ? texts.faults_title_prefix + title : view.held_off ? `${texts.held_off.heading} – ${account.name}` : title, body, script: view.asked.script,
    style: themedStyle(survey.theme, conditionRules(survey.questions)), ...logoOrigin(survey.theme), lang: survey.locale, dir: directionOf(survey.locale),
  }
}

/** What is known of the customer; and the first rating with the score from the mail, if that is on its scale. Nothing else is chosen beforehand. */
export function preselect(asked: AskedSurvey, score: number | null): { given: Given, from_mail: number | null } {
  const first = headlineField(asked)
  if (!first || score === null) return { given: asked.known, from_mail: null }
  const { min, max } = scaleOf(first.question)
  if (score < min || score > max) return { given: asked.known, from_mail: null }
  return { given: new Map([...asked.known, [first.name, [String(score)]]]), from_mail: score }
}

function headlineField(asked: AskedSurvey): AskedField | null {
  const rating = headlineQuestion(asked.survey.questions)
  return askedFields(asked).find(({ question }) => question.id === rating?.id) ?? null
}

interface AskedField { name: string, question: SpokenQuestion, staff_name: string | null }

/** Every control group in order: a question about each staff member is asked once about each of them, and not at all where there is nobody. */
function askedFields({ survey, staff }: AskedSurvey): AskedField[] {
  return survey.questions.flatMap<AskedField>((question) => question.per_staff
    ? staff.map((member) => ({ name: fieldName(question.id, member.id), question, staff_name: member.name }))
    : [{ name: fieldName(question.id, null), question, staff_name: null }])
}

function fieldsOf({ asked, given, faults, from_mail }: SurveyView): Field[] {
  const chosen = headlineField(asked)?.name
  return askedFields(asked).map((field) => ({
    ...field, given: given.get(field.name) ?? [], fault: faults.get(field.name) ?? null, from_mail: field.name === chosen ? from_mail : null,
  }))
}

/** `autofocus` moves the focus without a script. Each line leads to its question's first control. */
function renderSummary({ asked: { survey }, faults }: SurveyView, fields: Field[], texts: Texts): Html {
  const questions = fields.map(({ name, staff_name, question }) => ({ name, label: html`${staff_name && html`<bdi>${staff_name}</bdi>: `}<bdi${langOf(question, survey.locale)}>${question.text}</bdi>` }))
  const faulty = [...questions, ...customerNames(survey, texts)].filter(({ name }) => faults.has(name))
  return html`<div class="summary" role="alert" tabindex="-1" autofocus aria-labelledby="faults">
<h2 id="faults">${texts.faults_heading}</h2>
<ul>${faulty.map(({ name, label }) => html`<li><a href="#${name}">${label}</a></li>`)}</ul>
</div>`
}

/** The page's ticket, and what only machines find: out of sight, out of the order of the keyboard, and unsaid by screen readers. */
function renderUnseen({ ticket, trap }: AskedSurvey): Html {
  return html`<input type="hidden" name="page" value="${ticket.value}">
<div class="unseen" aria-hidden="true"><label>Website <input name="website" tabindex="-1" autocomplete="off"></label> ${trap && html`<a href="${trap}" rel="nofollow" tabindex="-1">10</a>`}</div>`
}

/** Filled by the page's script, and read out then. Last on the page, so that nothing moves; in sight all the same. */
function renderSaved({ asked: { click, survey }, from_mail }: SurveyView, fields: Field[]): Html | false {
  const field = fields.find((one) => one.from_mail !== null)
  return click !== null && from_mail !== null && field !== undefined && html`<p class="saved" role="status" data-click="${click}" data-saved="${fill(textsOf(survey.locale).saved_click, { score: scoreName(field.question, from_mail, textsOf(survey.locale)) })}"></p>`
}

function renderHeldOff({ held_off }: Texts): Html {
  return html`<div class="summary" role="alert" tabindex="-1" autofocus aria-labelledby="held-off">
<h2 id="held-off">${held_off.heading}</h2>
<p>${held_off.text}</p>
</div>`
}
