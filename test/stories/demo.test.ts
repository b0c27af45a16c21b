// once
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { makeDataDir, startEarshot, type EarshotProcess } from '../support/earshot-process.ts'
import { until } from '../support/until.ts'

/** The demo as it was printed. */
interface Printed { url: string, survey: string, widget: string, login: string, api_key: string, commands: string[] }

const data = makeDataDir('demo')
let demo: EarshotProcess
let printed: Printed

async function start(): Promise<void> {
  demo = startEarshot(['demo', '--port', '0', '--data-dir', data.path])
  const [text] = await demo.printed(/Earshot listens[^]*trigger[^]*\n\n$/)
  const find = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? assert.fail(`${pattern} is not in what was printed:\n${text}`)
  printed = {
    url: find(/links begin with (http:\S+)\)/), survey: find(/A survey to answer +(\S+)/), widget: find(/The website widget +(\S+)/), login: find(/The mailbox +(\S+)/), api_key: find(/API key +(\S+)/),
    commands: text.match(/^curl [^]*?[^\\]$/gm) ?? [],
  }
}

/** What the command prints, and the answer's status. */
function runInShell(command: string): Promise<{ body: string, status: number }> {
  return new Promise((resolve, reject) => execFile('sh', ['-c', `${command} -w '\\n%{http_code}'`], { maxBuffer: 10_000_000 }, (error, stdout) => {
    if (error) return reject(error)
    const end = stdout.lastIndexOf('\n')
    resolve({ body: stdout.slice(0, end), status: Number(stdout.slice(end + 1)) })
  }))
}

async function countResponses(): Promise<number> {
  const answer = await fetch(`${printed.url}/feedback_responses?per_page=1`, { headers: { 'authorization': `Token token=${printed.api_key}`, 'accept': 'application/vnd.customersure.v1+json' } })
  assert.equal(answer.status, 200)
  const last = /[?&]page=(\d+)[^>]*>;\s*rel="last"/.exec(answer.headers.get('link') ?? '')?.[1]
  return Number(last ?? assert.fail(`no last page in ${JSON.stringify([...answer.headers])}`))
}

async function logIn(): Promise<string> {
  const answer = await fetch(printed.login, { method: 'POST', redirect: 'manual' })
  assert.equal(answer.status, 303)
  return answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ')
}

before(start)
after(async () => {
  await demo.stop()
  await data.remove()
})

test('every printed curl line works as it is printed, and again', async () => {
  assert.equal(printed.commands.length, 9)
  for (const command of [...printed.commands, ...printed.commands]) {
    const { status, body } = await runInShell(command)
    assert.ok(status === 200 || status === 201, `${status} ${body}\n${command}`)
    assert.equal(typeof JSON.parse(body), 'object')
  }
})

test('there is a year of data, in which one client goes sour', async () => {
  assert.ok(await countResponses() > 900)
  const scores = async (days: string): Promise<number> => {
    const { body } = await runInShell(`curl -sS '${printed.url}/api/v1.3/tickets/responses?filterBy=CompanyName&keyword=Harrow&pageSize=1000&${days}' -H 'Authorization: Bearer ${printed.api_key}'`)
    const records: { Score: number }[] = JSON.parse(body)
    assert.ok(records.length >= 10, `${records.length} responses`)
    return records.reduce((sum, { Score }) => sum + Score, 0) / records.length
  }
  const middle = new Date(Date.now() - 120 * 86_400_000).toISOString().slice(0, 10)
  const [early, late] = [await scores(`endDate=${middle}`), await scores(`startDate=${middle}`)]
  assert.ok(early > 7.5 && late < early - 1.5, `${early} before, ${late} after`)
})

test('the printed survey is open, and its answer is seen', async () => {
  const page = await fetch(printed.survey)
  assert.equal(page.status, 200)
  const html = await page.text()
  const [rating, text] = [/type="radio"[^>]*name="(q\d+)"|name="(q\d+)"[^>]*type="radio"/.exec(html), /<textarea[^>]*name="(q\d+)"/.exec(html)]
  const before_it = await countResponses()
  const form = new URLSearchParams({ [rating?.[1] ?? rating?.[2] ?? '']: '9', [text?.[1] ?? '']: 'Answered by a visitor of the demo' })
  const answer = await fetch(printed.survey, { method: 'POST', body: form, redirect: 'manual' })
  assert.equal(answer.status, 303)
  assert.equal(await countResponses(), before_it + 1)
})

test('the printed link logs in to the mailbox, where the first mails are', async () => {
  const cookie = await logIn()
  await until(async () => {
    const page = await fetch(`${printed.url}/mailbox`, { headers: { cookie } })
    return page.status === 200 && (await page.text()).includes('.example')
  }, 'a mail in the mailbox')
})

test('the printed page shows three widgets, of surveys that are there once', async () => {
  const page = await fetch(printed.widget)
  assert.deepEqual([page.status, page.headers.get('content-security-policy')?.includes("script-src 'self'; style-src 'self'")], [200, true])
  const scripts = [...(await page.text()).matchAll(/<script src="(\/widget\.js\?survey=[^"]+)"/g)].map(([, path = '']) => path)
  assert.equal(new Set(scripts).size, 3)
  for (const path of scripts) assert.match(await (await fetch(printed.url + path)).text(), /"trigger":"(?:tab|button|custom)"/)
  const surveys: { name: string }[] = await (await fetch(`${printed.url}/surveys?per_page=100`, { headers: { 'authorization': `Token token=${printed.api_key}`, 'accept': 'application/vnd.customersure.v1+json' } })).json()
  assert.equal(surveys.filter(({ name }) => name.startsWith('Shop: ')).length, 3)
})

test('a second start fills in no second year, and prints a key that works instead of the earlier one', async () => {
  const [earlier, responses] = [printed.api_key, await countResponses()]
  assert.equal(await demo.stop(), 0)
  await start()
  assert.doesNotMatch(demo.log(), /Filling/)
  assert.equal(await countResponses(), responses)
  const answer = await fetch(`${printed.url}/api/v1/cases`, { headers: { authorization: `Bearer ${earlier}` } })
  assert.equal(answer.status, 401)
  assert.equal((await fetch(printed.survey)).status, 200)
  assert.equal((await fetch(printed.widget)).status, 200)
})

test('a database with another account in it is refused before anything is written', async (t) => {
  const other = makeDataDir('demo-other')
  t.after(() => other.remove())
  const made = startEarshot(['account', 'create', '--name', 'Real customers', '--json'], { EARSHOT_DATA_DIR: other.path })
  await made.printed(/api_key/)
  await new Promise((resolve) => made.child.once('exit', resolve))
  const refused = startEarshot(['demo', '--port', '0', '--data-dir', other.path])
  await new Promise((resolve) => refused.child.once('exit', resolve))
  assert.equal(refused.child.exitCode, 1)
  assert.match(refused.log(), /has the account Real customers/)
})
