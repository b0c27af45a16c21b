import { pipeline } from 'node:stream/promises'
import { CsvError, parse, type Info } from 'csv-parse'

/** What is wrong with a file: in which line, where it can be said. */
export interface LineFault { line: number | null, text: string }

/** The values of a line by the names of the columns, trimmed; every column that the file has is there. */
export interface CsvRow { line: number, values: Readonly<Record<string, string>> }

/** In lower case. `needed`: of each group at least one column has to be there. */
export interface Columns { known: readonly string[], needed: readonly (readonly string[])[] }

/** More than any file that people make; what would hold more comes in several. */
export const MAX_LINES = 200_000
export const MAX_BYTES = 50_000_000
const MAX_RECORD = 100_000

/**
 * Reads a CSV file as it streams in, and gives each line to `take`; answers what is wrong with the lines that it could not give. UTF-8 with or without a byte order mark;
 * commas or semicolons, whichever the first line has; fields in double quotes; any line ends. Names of columns in any letter case and order. Blank lines are left out.
 */
export async function readCsv(source: AsyncIterable<Uint8Array>, columns: Columns, take: (row: CsvRow) => void): Promise<LineFault[]> {
  const faults: LineFault[] = []
  let header: string[] | null = null
  let last_line = 0
  const takeRecord = (record: string[], { lines }: Info): null => {
    const line = lines - lineEndsIn(record)
    if (!header) header = readHeader(record, line, columns)
    else if (lines > MAX_LINES + 1) throw new Unreadable({ line: null, text: `there are more than ${MAX_LINES} lines: make several files of it` })
    else if (isRagged(record, header)) faults.push({ line, text: `has another number of fields (${record.length}) than the first line (${header.length})` })
    else take({ line, values: toValues(header, record) })
    last_line = lines
    return null
  }
  try {
    const chunks = decode(source)
    const head = await readHead(chunks)
    await pipeline(async function* () { yield head; yield* chunks }, parserOf(head, takeRecord).resume())
    if (!header) faults.push({ line: null, text: `is empty: the first line names the columns, of ${columns.known.join(', ')}` })
  } catch (error) {
    faults.push(faultOf(error, last_line))
  }
  return faults
}

/** Where it is no use to read on. */
class Unreadable extends Error {
  readonly fault: LineFault
  constructor(fault: LineFault) {
    super(fault.text)
    this.fault = fault
  }
}

async function* decode(source: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new Unreadable({ line: null, text: `is larger than ${MAX_BYTES / 1_000_000} MB: make several files of it` })
    yield decodeWith(decoder, chunk)
  }
  yield decodeWith(decoder)
}

function decodeWith(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
  } catch {
    throw new Unreadable({ line: null, text: 'is not UTF-8: save it as such (spreadsheets call it CSV UTF-8)' })
  }
}

/** The beginning of the file, to the end of the first line that holds anything, unless that is too long for one. */
async function readHead(chunks: AsyncGenerator<string, void>): Promise<string> {
  let head = ''
  while (head.length <= MAX_RECORD && !/[\r\n]/.test(head.trimStart())) {
    const { value, done } = await chunks.next()
    if (done) break
    head += value
  }
  return head
}

function parserOf(head: string, onRecord: (record: string[], info: Info) => null) {
  const [first = ''] = head.trimStart().split(/[\r\n]/)
  const unquoted = first.replace(/"[^"]*"/g, '')
  const delimiter = unquoted.split(';').length > unquoted.split(',').length ? ';' : ','
  return parse({
    delimiter, on_record: onRecord, max_record_size: MAX_RECORD, relax_column_count: true, skip_empty_lines: true, skip_records_with_empty_values: true,
    // Left to find out by itself, it takes the first one that it sees for all of them.
    record_delimiter: ['\r\n', '\n', '\r'],
  })
}

/** A record is counted by its last line. */
function lineEndsIn(record: string[]): number {
  return record.join('').match(/\r\n|\n|\r/g)?.length ?? 0
}

/** Spreadsheets end lines with empty columns: those are none. Throws Unreadable. */
function readHeader(record: string[], line: number, { known, needed }: Columns): string[] {
  const names = record.map((name) => name.trim().toLowerCase())
  while (names.at(-1) === '') names.pop()
  const unknown = names.find((name) => !known.includes(name))
  const repeated = names.find((name, index) => names.indexOf(name) < index)
  const missing = needed.find((group) => !group.some((name) => names.includes(name)))
  if (unknown !== undefined) throw new Unreadable({ line, text: `there is no column ${JSON.stringify(unknown)}; the columns are ${known.join(', ')}` })
  if (repeated !== undefined) throw new Unreadable({ line, text: `the column ${repeated} is there twice` })
  if (missing) throw new Unreadable({ line, text: `the column ${missing.join(' or ')} is missing; the columns are ${known.join(', ')}` })
  return names
}

function isRagged(record: string[], header: string[]): boolean {
  return record.length < header.length || record.slice(header.length).some((value) => value.trim() !== '')
}

function toValues(header: string[], record: string[]): Record<string, string> {
  return Object.fromEntries(header.map((name, index) => [name, record[index]?.trim() ?? '']))
}

/** What the parser could not get through is told; what else went wrong, such as a file that can't be read, is the caller's. */
function faultOf(error: unknown, last_line: number): LineFault {
  if (error instanceof Unreadable) return error.fault
  if (!(error instanceof CsvError)) throw error
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return { line: last_line + 1, text: 'a double quote begins a field here or below, and none ends it' }
  if (error.code === 'CSV_MAX_RECORD_SIZE') return { line: last_line + 1, text: `is longer than ${MAX_RECORD} characters: is a double quote missing?` }
  return { line: last_line + 1, text: 'a double quote stands inside of a field here or below: put the field in double quotes, and write the one inside twice' }
}
