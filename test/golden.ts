/** Writes the default mails and text messages as they are now: `npm run golden`. What changed is then in the diff, to be read. */
import { globSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { golden_dir, goldenFiles } from './support/golden.ts'

const files = goldenFiles()
for (const name of globSync('*', { cwd: golden_dir })) if (!files.has(name)) rmSync(join(golden_dir, name))
for (const [name, content] of files) writeFileSync(join(golden_dir, name), content)
console.log(`${files.size} files in ${golden_dir}`)
