import { pino, type Logger } from 'pino'

/** JSON lines on standard error: standard output belongs to what a command answers. */
export function openLog(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }))
}
