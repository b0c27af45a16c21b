import { spawn } from 'node:child_process'
import type { Place } from './embedded-place.ts'

/** Nothing of ours reaches PostgreSQL's programs: a PGDATA or PGOPTIONS of the operator's shell is not meant for this server. */
export const program_env = { LC_ALL: 'C', PATH: '/usr/bin:/bin' }

/** Runs one of PostgreSQL's programs to its end as the server's user; code is null when it could not be started or was killed. */
export function runProgram(file: string, args: string[], { base, user }: Place, input = ''): Promise<{ code: number | null; output: string }> {
  return new Promise((done) => {
    const chunks: string[] = []
    const keep = (chunk: Buffer) => void chunks.push(chunk.toString())
    const child = spawn(file, args, { cwd: base, env: program_env, ...user })
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    child.on('error', (error) => done({ code: null, output: error.message }))
    child.on('close', (code) => done({ code, output: chunks.join('') }))
  })
}

/** The last lines of an output, without empty ones. */
export function tail(output: string, lines: number): string {
  return output.split('\n').filter((line) => line.trim() !== '').slice(-lines).join('\n')
}
