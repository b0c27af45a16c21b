/** By what a case is the same again. */
export interface CaseIdentity { account_id: number, site_id: number, kind: string, number: string }

export function caseKey({ account_id, site_id, kind, number }: CaseIdentity): string {
  return `${account_id}/${site_id}/${kind}/${number}`
}

export function notThere(): never {
  throw new Error('a case was neither found nor made')
}
