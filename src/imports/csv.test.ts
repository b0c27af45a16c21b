// once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_BYTES, MAX_LINES, readCsv, type CsvRow, type LineFault } from './csv.ts'

const COLUMNS = { known: ['name', 'code', 'note'], needed: [['name', 'code']] }

test('lines come with their values by column, in whatever case and order the columns are', async () => {
  const { rows, faults } = await read('CODE,Name\n1,Acme\n2,"Bolt, Nut"\n')
  assert.deepEqual(faults, [])
  assert.deepEqual(rows, [{ line: 2, values: { code: '1', name: 'Acme' } }, { line: 3, values: { code: '2', name: 'Bolt, Nut' } }])
})

test('semicolons do as well, and a comma is then a character like any other', async () => {
  assert.deepEqual(await values('name;code\nBolt, Nut;1,50\n'), [{ name: 'Bolt, Nut', code: '1,50' }])
  assert.deepEqual(await values('"name";"code"\n"a;b";c\n'), [{ name: 'a;b', code: 'c' }])
  assert.deepEqual(await values('"co;de"\n'), 'line 1: there is no column "co;de"; the columns are name, code, note')
})

test('the ends of lines may be of any system, also of several, and the last may be missing', async () => {
  for (const text of ['name,code\na,1\nb,2\n', 'name,code\r\na,1\r\nb,2\r\n', 'name,code\ra,1\rb,2', 'name,code\r\na,1\nb,2']) assert.deepEqual(await values(text), [{ name: 'a', code: '1' }, { name: 'b', code: '2' }], JSON.stringify(text))
})

test('it does not matter where the file is cut on its way, not even inside of a character', async () => {
  const bytes = Buffer.from('\ufeff"name";code\r\n"Müller ""€"" 𝄞\n& Co";1\r\n')
  for (const size of [1, 2, 3, 5, 1000]) {
    const { rows, faults } = await readBytes(Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size)))
    assert.deepEqual([rows, faults], [[{ line: 2, values: { name: 'Müller "€" 𝄞\n& Co', code: '1' } }], []], String(size))
  }
})

test('blank lines are left out, and lines keep the number that an editor shows', async () => {
  const { rows } = await read('\n\nname,code\n\n , \na,1\n,,,,\n"b\nb",2\nc,3\n\n')
  assert.deepEqual(rows.map(({ line, values: { name } }) => [line, name]), [[6, 'a'], [8, 'b\nb'], [10, 'c']])
})

test('values are trimmed, and empty columns at the end of the lines are none', async () => {
  assert.deepEqual(await values('name , code,,\n  a b ,1,,\n'), [{ name: 'a b', code: '1' }])
})

test('a column that nobody knows is refused with those that are', async () => {
  assert.equal(await values('name,turnover\na,1\n'), 'line 1: there is no column "turnover"; the columns are name, code, note')
  assert.equal(await values('name,,code\na,,1\n'), 'line 1: there is no column ""; the columns are name, code, note')
  assert.equal(await values('name,NAME\na,1\n'), 'line 1: the column name is there twice')
  assert.equal(await values('note\na\n'), 'line 1: the column name or code is missing; the columns are name, code, note')
})

test('a file with nothing in it says what should be', async () => {
  for (const text of ['', '\n\n', '\ufeff']) assert.equal(await values(text), 'is empty: the first line names the columns, of name, code, note')
  assert.deepEqual(await values('name,code\n'), [])
})

test('lines with too many or too few fields are named, and the others are read', async () => {
  const { rows, faults } = await read('name,code\na\nb,2\nc,3,4\nd,5,\n')
  assert.deepEqual(rows.map(({ line }) => line), [3, 5])
  assert.deepEqual(faults.map(({ line }) => line), [2, 4])
  assert.match(faults[0]?.text ?? '', /another number of fields \(1\) than the first line \(2\)/)
})

test('a broken quote ends the reading there, with what came before', async () => {
  for (const [text, words] of [['name,code\na,1\nb,"2\nc,3\n', /begins a field here or below, and none ends it/], ['name,code\na,1\nb,2"\nc,3\n', /inside of a field/], ['name,code\na,1\n"b"b,2\nc,3\n', /inside of a field/]] as const) {
    const { rows, faults } = await read(text)
    assert.deepEqual([rows.length, faults.map(({ line }) => line)], [1, [3]], text)
    assert.match(faults[0]?.text ?? '', words)
  }
})

test('what is not UTF-8 is refused instead of read wrongly', async () => {
  for (const bytes of [Buffer.from('name,code\nM\xfcller,1\n', 'latin1'), Buffer.from('\ufeffname,code\n', 'utf16le'), Buffer.from('name,code\na,1\nMü', 'utf8').subarray(0, -1)]) {
    const { faults } = await readBytes([bytes])
    assert.match(faults[0]?.text ?? '', /not UTF-8/)
  }
})

test('a file of the most lines is read, one more is too many', async () => {
  let count = 0
  const take = () => void count++
  const lines = (most: number) => [Buffer.from('code\n'), Buffer.from('1\n'.repeat(most))]
  assert.deepEqual(await readCsv(streamOf(lines(MAX_LINES)), COLUMNS, take), [])
  assert.equal(count, MAX_LINES)
  assert.match((await readCsv(streamOf(lines(MAX_LINES + 1)), COLUMNS, take))[0]?.text ?? '', /more than 200000 lines/)
})

test('a file is too large where all that came so far is', async () => {
  const { faults } = await readBytes([Buffer.from('code\n1\n'), Buffer.alloc(MAX_BYTES - 6, 'x')])
  assert.equal(faults.length, 1)
  assert.match(faults[0]?.text ?? '', /larger than 50 MB/)
})

test('a line without an end is given up soon', async () => {
  for (const text of ['x', 'code\nx', 'code\n"x,\n', ' ', '\n']) {
    let sent = 0
    const endless = function* () {
      yield Buffer.from(text)
      for (const chunk = Buffer.alloc(10_000, text.at(-1) ?? ''); sent < 1_000_000; sent += chunk.length) yield chunk
    }
    const { rows, faults: [fault] } = await readBytes(endless())
    assert.deepEqual(rows, [])
    assert.match(fault?.text ?? '', /longer than 100000 characters|is empty/, JSON.stringify(text))
  }
})

test('a source that breaks is not taken for a faulty file', async () => {
  const broken = async function* () { yield Buffer.from('name,code\na,1\n'); throw new Error('the disk is gone') }
  await assert.rejects(readCsv(broken(), COLUMNS, () => undefined), /the disk is gone/)
})

interface Read { rows: CsvRow[], faults: LineFault[] }

async function readBytes(chunks: Iterable<Uint8Array>): Promise<Read> {
  const rows: CsvRow[] = []
  const faults = await readCsv(streamOf(chunks), COLUMNS, (row) => void rows.push(row))
  return { rows, faults }
}

function read(text: string): Promise<Read> {
  return readBytes([Buffer.from(text)])
}

/** The values of all lines; or the fault, where there is one. */
async function values(text: string): Promise<CsvRow['values'][] | string> {
  const { rows, faults: [fault] } = await read(text)
  return fault ? `${fault.line === null ? '' : `line ${fault.line}: `}${fault.text}` : rows.map((row) => row.values)
}

async function* streamOf(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}
