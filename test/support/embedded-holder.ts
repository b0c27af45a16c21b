/**
 * A process that opens an embedded database, says so in a line of JSON, and leaves when its standard input ends:
 * `node embedded-holder.ts '{"data_dir": "…", "uid": 65534}'`. It becomes that user only after it has loaded itself, so that the
 * project may lie where that user cannot read.
 */
import { openEmbedded } from '../../src/storage/embedded.ts'

const { uid, ...options } = JSON.parse(process.argv[2] ?? '{}')
if (uid !== undefined) {
  process.chdir('/')
  process.setgroups?.([])
  process.setgid?.(uid)
  process.setuid?.(uid)
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

try {
  const server = await openEmbedded({ ...options, log: (log) => say({ log }) })
  say({ open: server.connection })
  process.stdin.resume().on('end', async () => {
    await server.close()
    say({ closed: true })
  })
} catch (error) {
  say({ error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) })
  process.exitCode = 1
}
