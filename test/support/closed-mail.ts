import type { TestAccount, World } from './world.ts'
import { createSnippetKey } from '../../src/core/snippet-keys.ts'

/** What a closed-ticket mail says; what a test is about is given. */
export type MailFields = Record<string, string>

export const MAIL_FIELDS: MailFields = {
  ticket: '100123', email: 'jane.smith@acme.example', contact: 'Jane Smith', contactid: '8812', company: 'Acme Corporation', companyid: '4501', board: 'Networking', staff: 'jdoe,mlee', title: 'Unable to access shared drive',
}

/** The addresses in a closed-ticket mail of an account that has a key for such. A query that is a text stands there as it is. */
export async function closedMail(world: World, { ctx }: Pick<TestAccount, 'ctx'>, site_code?: string) {
  const { id, public_key } = await createSnippetKey(ctx, { name: 'A test', ...site_code === undefined ? {} : { site_code } })
  const queryOf = (fields: MailFields | string) => typeof fields === 'string' ? fields : Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const image = (fields: MailFields | string = MAIL_FIELDS) => `/sent/${public_key}.gif?${queryOf(fields)}`
  const rating = (score: number | string, fields: MailFields | string = MAIL_FIELDS) => `/rate/${public_key}/${score}?${queryOf(fields)}`
  return { id, public_key, image, rating, load: (fields?: MailFields | string) => world.app.inject({ url: image(fields) }) }
}
