import type { SpokenSurvey } from '../core/survey-texts.ts'
import type { CustomerField } from '../storage/schema.ts'
import { html, type Html } from '../http/html.ts'
import type { Texts } from '../texts/shape.ts'
import { CONSENT, type Given } from './form-fields.ts'
import { langOf } from './question-group.ts'

/** What the page asks about the customer: how it was filled in, and what is wrong with it, by the names of its controls. */
export interface CustomerForm { survey: Pick<SpokenSurvey, 'fields' | 'consent' | 'locale'>, given: Given, faults: ReadonlyMap<string, string> }

/** The customer's own fields, which browsers fill in by themselves, and what is to be consented to: never ticked beforehand. */
export function renderCustomer({ survey, given, faults }: CustomerForm, texts: Texts): Html {
  const { fields, consent } = survey
  return html`${fields.length > 0 && html`<fieldset class="you">
<legend>${texts.form.about_you}</legend>
${fields.map((field) => renderField(field, given, faults.get(field.key) ?? null, texts))}</fieldset>
`}${consent && html`<div class="field${faults.has(CONSENT) && ' faulty'}">
${renderFault(CONSENT, faults.get(CONSENT) ?? null)}<label class="option"><input type="checkbox" name="${CONSENT}" value="${survey.locale}" id="${CONSENT}"${given.has(CONSENT) && html` checked`}${consent.required && html` required`}${describe(CONSENT, faults.get(CONSENT) ?? null)}><span><bdi${langOf(consent, survey.locale)}>${consent.text}</bdi>${renderMust(consent, texts)}</span></label>
</div>
`}`
}

/** What each line of the summary of faults calls these controls. */
export function customerNames({ fields, consent, locale }: CustomerForm['survey'], { form }: Texts): { name: string, label: Html }[] {
  return [
    ...fields.map(({ key }) => ({ name: key, label: html`${form.fields[key]}` })),
    ...consent ? [{ name: CONSENT, label: html`<bdi${langOf(consent, locale)}>${consent.text}</bdi>` }] : [],
  ]
}

/** By what browsers know which of the reader's own data are meant, and phones which keyboard. */
const KINDS: Record<CustomerField['key'], Html> = {
  name: html`type="text" autocomplete="name"`,
  email: html`type="email" autocomplete="email"`,
  telephone_number: html`type="tel" autocomplete="tel"`,
  company_name: html`type="text" autocomplete="organization"`,
  postcode: html`type="text" autocomplete="postal-code"`,
}

/** By `data-field` a page around the survey's fills in what it knows of the reader. */
function renderField({ key, required }: CustomerField, given: Given, fault: string | null, texts: Texts): Html {
  return html`<div class="field${fault && ' faulty'}">
<label class="label" for="${key}">${texts.form.fields[key]}${renderMust({ required }, texts)}</label>
${renderFault(key, fault)}<input id="${key}" name="${key}" data-field="${key}" ${KINDS[key]} dir="auto" value="${given.get(key)?.at(-1)}"${required && html` required`}${describe(key, fault)}>
</div>
`
}

function renderMust({ required }: { required: boolean }, texts: Texts): Html | false {
  return required && html` <span class="must">${texts.required}</span>`
}

function renderFault(name: string, fault: string | null): Html | null {
  return fault === null ? null : html`<p class="fault" id="${name}-fault">${fault}</p>
`
}

function describe(name: string, fault: string | null): Html | null {
  return fault === null ? null : html` aria-describedby="${name}-fault" aria-invalid="true"`
}
