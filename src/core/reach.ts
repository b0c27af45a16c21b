/** What an invitation, or whoever it is for, is reached by. */
export interface Reach { email: string | null, telephone_number: string | null }

/** Those of the two that are there, as opting out and blocking know them: an address in lower case, a number without its separators. */
export function addressesOf({ email, telephone_number }: Reach): string[] {
  return [...email === null ? [] : [email.toLowerCase()], ...telephone_number === null ? [] : [plainNumber(telephone_number)]]
}

/** A telephone number as its digits, with the + before them if it has one. */
export function plainNumber(number: string): string {
  return number.replace(/[\s()./-]/g, '')
}
