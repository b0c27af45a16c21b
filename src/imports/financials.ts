import { checkFinancials, setFinancials, type FinancialsDraft } from '../core/company-financials.ts'
import type { Context } from '../core/context.ts'
import { faultText, Invalid, type Fault } from '../core/errors.ts'
import { knownId } from '../core/people/names.ts'
import { readCsv, type CsvRow, type LineFault } from './csv.ts'

const COLUMNS = {
  known: ['company_id', 'company_name', 'site', 'year', 'quarter', 'revenue', 'cost'],
  needed: [['company_id', 'company_name'], ['quarter'], ['revenue'], ['cost']],
} as const

/** What was read of a file: the drafts with the lines that they are from, and what is wrong with other lines. */
export interface FinancialsFile { drafts: FinancialsDraft[], lines: number[], faults: LineFault[], has_year: boolean }

/** Reads a CSV file of revenue and cost by company and quarter, without looking whether what it says can be. */
export async function readFinancials(source: AsyncIterable<Uint8Array>): Promise<FinancialsFile> {
  const file: FinancialsFile = { drafts: [], lines: [], faults: [], has_year: false }
  file.faults = await readCsv(source, COLUMNS, (row) => {
    file.has_year = 'year' in row.values
    file.lines.push(row.line)
    file.drafts.push(toDraft(row))
  })
  return file
}

/** Writes all of a file, or nothing where anything is wrong with it: then it answers the faults, by line. With `dry_run` it only looks for them. */
export async function importFinancials(ctx: Context, file: FinancialsFile, options: { dry_run?: boolean, onWritten?: (count: number) => void } = {}): Promise<LineFault[]> {
  const is_check = options.dry_run || file.faults.length > 0
  const found = is_check ? await checkFinancials(ctx, file.drafts) : await setFinancials(ctx, file.drafts, options.onWritten).then(() => [], faultsOf)
  return distinct([...file.faults, ...found.map((fault) => toLineFault(fault, file))])
}

/** What can't be read becomes what the core refuses, so that all of a line's faults are told. */
function toDraft({ values }: CsvRow): FinancialsDraft {
  const { company_id = '', company_name = '', site = '', revenue = '', cost = '' } = values
  return {
    company: { external_id: company_id === '' ? null : knownId(toWhole(company_id)), name: company_name === '' ? null : company_name },
    site: site === '' ? null : site, ...toQuarter(values), revenue: withPoint(revenue), cost: withPoint(cost),
  }
}

function toQuarter({ year, quarter = '' }: CsvRow['values']): { year: number, quarter: number } {
  if (year !== undefined) return { year: toWhole(year), quarter: toWhole(quarter.replace(/^Q/i, '')) }
  const [, in_year = '', in_quarter = ''] = /^(\d{4})-Q([1-4])$/i.exec(quarter) ?? []
  return { year: toWhole(in_year), quarter: toWhole(in_quarter) }
}

function toWhole(text: string): number {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : NaN
}

/** A comma before one or two last digits can be nothing else than a decimal point. */
function withPoint(amount: string): string {
  return amount.replace(/^(-?\d+),(\d{1,2})$/, '$1.$2')
}

function faultsOf(error: unknown): Fault[] {
  if (error instanceof Invalid) return error.faults
  throw error
}

const COLUMN_OF: Record<string, string> = { 'company': 'company_id or company_name', 'company.external_id': 'company_id', 'company.name': 'company_name' }

/** The core's words for a place in the file's: `[3].company.name` is the column company_name of that draft's line. */
function toLineFault(fault: Fault, { lines, has_year }: FinancialsFile): LineFault {
  const [, index, field = ''] = /^\[(\d+)\]\.?(.*)$/.exec(fault.field) ?? []
  const line = lines[Number(index)] ?? null
  if (!has_year && (field === 'year' || field === 'quarter')) return { line, text: 'quarter must be such as 2025-Q4' }
  const text = field === 'company' ? 'is required' : faultText(fault).replace(/\[(\d+)\]/, (_, other: string) => `line ${lines[Number(other)]}`)
  return { line, text: `${COLUMN_OF[field] ?? field} ${text}`.trim() }
}

/** By line, each once: one column may be two fields. */
function distinct(faults: LineFault[]): LineFault[] {
  return [...new Map(faults.map((fault) => [`${fault.line} ${fault.text}`, fault])).values()].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
}
