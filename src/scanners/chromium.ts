import { accessSync, constants } from 'node:fs'
import type { Browser } from 'playwright-core'

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

/** Opens the machine's Chromium, headless; null where there is none, or where the package that drives it was left out (`npm ci --omit=dev`). Close it in the end. */
export async function openChromium(): Promise<Browser | null> {
  const executablePath = PROGRAMS.find(isProgram)
  const driver = executablePath === undefined ? null : await import('playwright-core').catch(() => null)
  if (!driver || executablePath === undefined) return null
  return driver.chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox', '--disable-gpu'] : ['--disable-gpu'] })
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
