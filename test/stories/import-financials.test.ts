// once
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { submitTicket } from '../../src/core/cases/submit.ts'
import { listFinancials } from '../../src/core/company-financials.ts'
import { createSite } from '../../src/core/sites.ts'
import { bizratingsClient } from '../support/bizratings.ts'
import { ticket } from '../support/tickets.ts'
import { openWorld, type TestAccount, type World } from '../support/world.ts'

// The real command line, as processes. The tests follow each other, as days do.
const launcher = join(import.meta.dirname, '../../bin/earshot.js')
const directory = mkdtempSync(join(tmpdir(), 'earshot-import-'))

let world: World
let acme: TestAccount

before(async () => {
  world = await openWorld()
  acme = await world.account({ time_zone: 'Europe/Berlin' })
  await createSite(acme.ctx, { code: 'north', name: 'North' })
  await submitTicket(acme.ctx, ticket({ company: { external_id: 4501, name: 'Acme Corporation' } }))
})
after(async () => {
  await world.close()
  rmSync(directory, { recursive: true, force: true })
})

const GOOD = 'Company_ID,Company_Name,Quarter,Revenue,Cost\n4501,Acme Corporation,2025-Q4,12000.50,9000\n4502,"Bolt, Nut & Co",2025-q4,800,950.75\n4501,,2026-Q1,-12500,8800.1\n'

test('a dry run says that a good file is good, and writes nothing', async () => {
  const { code, stdout } = await earshot(['import', 'financials', write(GOOD), '--dry-run'])
  assert.deepEqual([code, stdout], [0, '3 lines checked, none wrong; nothing was imported\n'])
  assert.deepEqual(JSON.parse((await earshot(['import', 'financials', write(GOOD), '--dry-run', '--json'])).stdout), { imported: 0, checked: 3 })
  assert.deepEqual(await stored(), [])
})

test('a good file is imported, and shown beside the survey figures', async () => {
  const { code, stdout, stderr } = await earshot(['import', 'financials', write(GOOD)])
  assert.deepEqual([code, stdout, stderr], [0, '3 lines imported\n', 'Importing 3 lines: 100 %\n'])
  assert.deepEqual(await stored(), ['Acme Corporation main 2025-4 12000.50 9000.00', 'Acme Corporation main 2026-1 -12500.00 8800.10', 'Bolt, Nut & Co main 2025-4 800.00 950.75'])
  const rows = (await bizratingsClient(world, acme.api_key).get('/api/tickets/quarterlyresponsessummary')).json<{ CompanyRecID: number, Year: number, Quarter: number, Profit: number, MarginPercent: number }[]>()
  assert.deepEqual(rows.map(({ CompanyRecID, Year, Quarter, Profit, MarginPercent }) => [CompanyRecID, Year, Quarter, Profit, MarginPercent]), [[4501, 2026, 1, -21_300.1, 170.4], [4501, 2025, 4, 3000.5, 25], [4502, 2025, 4, -150.75, -18.84]])
})

test('importing it again changes nothing, and a corrected line replaces what it corrects', async () => {
  const before_again = await stored()
  assert.deepEqual(await earshot(['import', 'financials', write(GOOD), '--json']), { code: 0, stdout: '{"imported":3}\n', stderr: '' })
  assert.deepEqual(await stored(), before_again)
  assert.equal((await earshot(['import', 'financials', write('company_id,quarter,revenue,cost\n4502,2025-Q4,801,950.75\n')])).stdout, '1 line imported\n')
  assert.deepEqual((await stored()).filter((line) => !before_again.includes(line)), ['Bolt, Nut & Co main 2025-4 801.00 950.75'])
})

test('a file from a spreadsheet that writes semicolons and decimal commas is understood, also from standard input', async () => {
  const text = '\ufeffsite;cost;revenue;year;quarter;company_name;company_id;\r\nnorth;1,5;2,25;2024;1;Gmbh & Söhne;0;\r\n;-3;4,00;2024;Q2;gmbh & söhne;;\r\n;;;;;;;\r\n\r\n'
  assert.deepEqual(await earshot(['import', 'financials', '-', '--account', 'Acme', '--json'], text), { code: 0, stdout: '{"imported":2}\n', stderr: '' })
  assert.deepEqual((await stored()).filter((line) => / 2024/.test(line)).map((line) => line.toLowerCase()), ['gmbh & söhne north 2024-1 2.25 1.50', 'gmbh & söhne main 2024-2 4.00 -3.00'])
})

test('of a faulty file nothing is imported, and every fault is told with its line', async () => {
  const before_all = await stored()
  const text = [
    'company_id,company_name,site,quarter,revenue,cost', '4501,,,2025-Q3,1,1', '4501,,,2025-Q5,1,"1,234.50"', '4501,,,Q3 2025,,1', 'abc,Acme,,2025-Q2,1,1', '9999,,,2025-Q2,1,1', ',,,2025-Q2,1,1', '',
    '4501,,south,2025-Q2,1,1', '4501,,main,2025-Q3,2,2', '4501,,,2025-Q2', '4501,,,2025-Q1,12.345,10000000000000', `4501,${'n'.repeat(301)},,2025-Q1,1,1`,
  ].join('\n')
  const file = write(text)
  for (const flags of [[], ['--dry-run']]) {
    const { code, stdout, stderr } = await earshot(['import', 'financials', file, ...flags])
    const form = 'must be an amount such as 12000 or -12000.50: at most 13 digits, then at most two decimals, and nothing between thousands'
    assert.deepEqual([code, stdout], [1, ''])
    assert.deepEqual(stderr.split('\n'), [
      `nothing was imported: ${file} has 13 faults`, 'line 3: quarter must be such as 2025-Q4', `line 3: cost ${form}`, 'line 4: quarter must be such as 2025-Q4', 'line 4: revenue is required', 'line 5: company_id must be a whole number',
      'line 6: company_id is of no company that is known: give its name, too', 'line 7: company_id or company_name is required', 'line 9: site is no site of this account',
      'line 10: is about the same site, company and quarter as line 2', 'line 11: has another number of fields (4) than the first line (6)', `line 12: revenue ${form}`, `line 12: cost ${form}`,
      'line 13: company_name must have at most 300 characters', '',
    ])
  }
  assert.deepEqual(await stored(), before_all)
})

test('of very many faults the first twenty are told, and how many more there are', async () => {
  const { code, stderr } = await earshot(['import', 'financials', write(`company_id,year,quarter,revenue,cost\n${'4501,1899,5,1,1\n'.repeat(50)}`), '--json'])
  assert.equal(code, 1)
  const { error } = JSON.parse(stderr)
  const lines = error.message.split('\n')
  assert.deepEqual([error.name, lines.length, lines[1], lines[2], lines.at(-1)], ['Unable', 22, 'line 2: year must be from 1900 to 9999', 'line 2: quarter must be 1, 2, 3 or 4', 'and 80 more'])
})

test('a file without any line but the first is imported as what it is', async () => {
  assert.deepEqual(await earshot(['import', 'financials', write('company_id,quarter,revenue,cost\n')]), { code: 0, stdout: '0 lines imported\n', stderr: '' })
})

test('a wrong column is told with the right ones', async () => {
  const { code, stderr } = await earshot(['import', 'financials', write('company_id,quarter,turnover,cost\n4501,2025-Q1,1,1\n')])
  assert.equal(code, 1)
  assert.match(stderr, /has 1 fault\nline 1: there is no column "turnover"; the columns are company_id, company_name, site, year, quarter, revenue, cost\n$/)
})

test('a wrong call is no faulty file', async () => {
  for (const [args, words] of [[[join(directory, 'nowhere.csv')], /nowhere\.csv cannot be read: .*ENOENT/], [[directory], /cannot be read/], [[], /FILE is missing/], [[write(GOOD), '--dryrun'], /did you mean --dry-run\?/]] as const) {
    const { code, stdout, stderr } = await earshot(['import', 'financials', ...args])
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, words)
  }
  const { code, stderr } = await earshot(['import', 'financials', write(GOOD), '--account', 'Nobody'])
  assert.equal(code, 1)
  assert.match(stderr, /Nobody/)
})

test('the names of one account\'s file mean nothing in another', async () => {
  const other = await world.account({ name: 'Other', subdomain: 'other' })
  const before_all = await stored()
  assert.equal((await earshot(['import', 'financials', write(GOOD)])).code, 2)
  assert.match((await earshot(['import', 'financials', write('company_id,site,quarter,revenue,cost\n4501,north,2025-Q1,1,1\n'), '--account', 'other'])).stderr, /has 2 faults\nline 2: company_id is of no company[^\n]*\nline 2: site is no site/)
  assert.equal((await earshot(['import', 'financials', write(GOOD), '--account', 'other'])).code, 0)
  assert.equal((await listFinancials(other.ctx, {}, { offset: 0, limit: 10 })).total, 3)
  assert.deepEqual(await stored(), before_all)
})

let files = 0
function write(text: string): string {
  const file = join(directory, `${++files}.csv`)
  writeFileSync(file, text)
  return file
}

/** What the account has, a line each. */
async function stored(): Promise<string[]> {
  const { rows } = await listFinancials(acme.ctx, {}, { offset: 0, limit: 1000 })
  return rows.map(({ company, site, year, quarter, revenue, cost }) => `${company.name} ${site.code} ${year}-${quarter} ${revenue} ${cost}`)
}

/** Runs `earshot …` on the database of this world. */
async function earshot(args: readonly string[], input = ''): Promise<{ code: number | null, stdout: string, stderr: string }> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('EARSHOT_'))
  const child = spawn(process.execPath, [launcher, ...args], { env: { ...Object.fromEntries(inherited), EARSHOT_DATABASE_URL: world.database_url, EARSHOT_DATA_DIR: directory }, stdio: 'pipe' })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, stdout, stderr }
}
