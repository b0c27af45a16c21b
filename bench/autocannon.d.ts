/** As much of it as the benchmarks use; the package brings no types. */
declare module 'autocannon' {
  export interface Request { method?: string, path?: string, headers?: Record<string, string>, body?: string }
  export interface Options {
    url: string
    connections: number
    /** Requests in all; else it goes on for `duration` seconds. */
    amount?: number
    duration?: number
    /** Requests a second over all connections; as many as possible where it is left out. */
    overallRate?: number
    requests: (Request & { setupRequest: (request: Request) => Request })[]
  }
  export interface Result {
    start: Date
    finish: Date
    errors: number
    timeouts: number
    'non2xx': number
    '2xx': number
    '3xx': number
    requests: { total: number }
    latency: { p50: number, p99: number, max: number }
  }
  export interface Instance extends Promise<Result> { on(event: 'response', listener: () => void): void }
  export default function autocannon(options: Options): Instance
}
