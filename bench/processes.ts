import { readdirSync, readFileSync } from 'node:fs'

/** What a process and those it began have used of the processors so far, in microseconds; those of them that have ended count too. */
export function cpuOf(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, one) => sum + ticksOf(one, one === pid), 0) * MICROSECONDS_A_TICK
}

/** The memory of processes in MB (10^6): their own, and their share of what several use. */
export function memoryOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0), 0) * 1024 / 1e6
}

/** The processes that this one began and that still run. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => fieldsOf(pid)[1] === String(parent))
}

/** How busy the machine was of late. */
export function loadAverage(): string {
  return read('/proc/loadavg').split(' ').slice(0, 3).join(' ')
}

/** Linux counts in hundredths of a second. */
const MICROSECONDS_A_TICK = 10_000

/** User and system time; of the first process also that of its children that have ended. */
function ticksOf(pid: number, with_ended: boolean): number {
  const fields = fieldsOf(pid)
  return [11, 12, ...(with_ended ? [13, 14] : [])].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0)
}

/** From the state on: the name before it may hold anything. */
function fieldsOf(pid: number): string[] {
  const line = read(`/proc/${pid}/stat`)
  return line.slice(line.lastIndexOf(')') + 2).split(' ')
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
