import type { Tx } from '../../storage/database.ts'
import { itemAt } from '../../storage/recordset.ts'
import { companyKey, findCompanies, resolveCompanies, storeCompanies, trimmed, type CompanyInput, type FoundCompany } from './companies.ts'
import { findContacts, storeContacts, updateContacts, type ContactInput, type FoundContact } from './contacts.ts'
import { distinctBy } from './matching.ts'
import { splitName } from './names.ts'

/** A person, with the company that they work for if it is told. */
export interface PersonInput { company: CompanyInput | null, contact: Omit<ContactInput, 'company_id'> }

/** What is known of people, as it was found. */
export interface KnownPeople { companies: FoundCompany[], contacts: FoundContact[] }

/** What there is already of these people and their companies, for resolvePeople: asked at once, and beside other questions. */
export async function findPeople(tx: Tx, people: PersonInput[]): Promise<KnownPeople> {
  const [companies, contacts] = await Promise.all([findCompanies(tx, companiesOf(people)), findContacts(tx, people.map(({ contact }) => contact))])
  return { companies, contacts }
}

/** Both of people: finds (as `known` has it), makes or updates their companies, then themselves; in the order given. The company is the one given, else the one that they are known to work for. */
export async function resolvePeople(tx: Tx, people: PersonInput[], known: KnownPeople, now: Date): Promise<{ company_id: number | null, contact_id: number }[]> {
  const companies = companiesOf(people)
  const ids = await storeCompanies(tx, companies, known.companies, now)
  const idOfKey = new Map(companies.map((company, index) => [companyKey(company), itemAt(ids, index)]))
  const contacts = await storeContacts(tx, people.map(({ contact, company }) => ({ ...contact, company_id: company === null ? null : (idOfKey.get(companyKey(trimmed(company))) ?? null) })), known.contacts, now)
  return contacts.map(({ id, company_id }) => ({ contact_id: id, company_id }))
}

/** What a contact says of themselves; null leaves what is known. */
export interface ContactWords { account_id: number, id: number, name: string | null, company_name: string | null, telephone_number: string | null, postcode: string | null }

/** Gives contacts what they said of themselves, in the order of their ids. */
export async function fillContacts(tx: Tx, words: ContactWords[], now: Date): Promise<void> {
  const distinct = distinctBy(words, ({ account_id, id }) => `${account_id}/${id}`).filter(({ name, company_name, telephone_number, postcode }) => name ?? company_name ?? telephone_number ?? postcode)
  if (distinct.length === 0) return
  const named = distinct.flatMap(({ account_id, company_name }) => (company_name === null ? [] : [{ account_id, external_id: null, name: company_name }]))
  const companies = await resolveCompanies(tx, named, now)
  const company_of = new Map(named.map((company, index) => [companyKey(company), itemAt(companies, index)]))
  await updateContacts(tx, distinct.map(({ company_name, ...contact }) => ({
    ...contact, ...splitName(contact.name), external_id: null, email: null,
    company_id: company_name === null ? null : (company_of.get(companyKey({ account_id: contact.account_id, external_id: null, name: company_name })) ?? null),
  })), now)
}

function companiesOf(people: PersonInput[]): CompanyInput[] {
  return people.flatMap(({ company }) => company === null ? [] : [trimmed(company)])
}
