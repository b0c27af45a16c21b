import { join } from 'node:path'
import type { EmailMessage } from '../../src/core/invitations/messages.ts'
import { defaultEmails, defaultTextMessage } from '../../src/core/templates.ts'
import { mergeFields } from '../../src/delivery/fields.ts'
import { mergeText } from '../../src/delivery/merge.ts'
import { renderMail, type Mail } from '../../src/delivery/render.ts'
import { textsOf } from '../../src/texts/catalogue.ts'
import { LOCALES, type Locale } from '../../src/texts/locales.ts'
import { root } from './sources.ts'

export const golden_dir = join(root, 'test/golden')

const BASE = 'https://feedback.example.com'
const AT = new Date('2026-03-16T10:00:00Z')

/** Every default template in every language as it goes out, by the name of its file: each part of a mail, and the text message. It asks for a recommendation, whose scale is the longest. */
export function goldenFiles(): Map<string, string> {
  return new Map(LOCALES.flatMap((locale): [string, string][] => [
    ...defaultEmails(locale).flatMap((draft): [string, string][] => {
      const { subject, html, text } = renderMail(messageOf(locale, draft), BASE)
      return [[`${locale}-${draft.kind}.html`, html], [`${locale}-${draft.kind}.txt`, `${subject}\n\n${text}`]]
    }),
    [`${locale}-text-message.txt`, `${mergeText(defaultTextMessage(locale).body, mergeFields(messageOf(locale), BASE, ''))}\n`],
  ]))
}

/** The default invitation in a language, as it goes out. */
export function goldenMail(locale: Locale): Mail {
  return renderMail(messageOf(locale), BASE)
}

function messageOf(locale: Locale, draft = defaultEmails(locale)[0]): EmailMessage {
  const { questions, labels } = textsOf(locale)
  return {
    channel: 'email', account_id: 1, delivery_id: 1, invitation_id: 7, reminder_id: null, message_id: '<i1.7@feedback.example.com>', token: 'AbCdEfGhIjKlMnOpQrStUv', email: 'jo@client.example', first_name: 'Jo', surname: 'Doe',
    reference: 'R-1', company_name: 'Client', staff_name: 'Ann', data: [], theme: null,
    question: {
      account_id: 1, id: 1, type: 'rating', text: questions.nps, required: true, per_staff: false, metric: 'nps', scale_min: 0, scale_max: 10, scale_labels: labels.likelihood, options: null, appearance: 'numbers', max_choices: null, max_length: null, shown_if: null, segment: null,
    },
    template: { account_id: 1, id: 1, from_name: 'Acme', from_email: 'feedback@acme.example', archived_at: null, created_at: AT, updated_at: AT, ...draft, locale },
  }
}
