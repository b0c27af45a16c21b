/** Red, green and blue, 0 to 255 each. */
export type Color = readonly [red: number, green: number, blue: number]

/** The contrast of two colours as WCAG defines it, from 1 to 21. */
export function contrastOf(a: Color, b: Color): number {
  const [first, second] = [luminanceOf(a), luminanceOf(b)]
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05)
}

/** The same of colours as they are written. Throws TypeError. */
export function contrastBetween(a: string, b: string): number {
  return contrastOf(mustParse(a), mustParse(b))
}

/** The first colour with so much of the other one in it. */
export function mix([red, green, blue]: Color, other: Color, part: number): Color {
  const between = (from: number, to: number): number => Math.round(from + (to - from) * part)
  return [between(red, other[0]), between(green, other[1]), between(blue, other[2])]
}

/** As `#rrggbb`. */
export function writeColor(color: Color): string {
  return `#${color.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

/** Throws TypeError for what is no colour. */
export function mustParse(text: string): Color {
  const color = parseColor(text)
  if (!color) throw new TypeError(`${text} is no colour`)
  return color
}

/** Of `#rgb` or `#rrggbb`; null for anything else. */
export function parseColor(text: string): Color | null {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1]
  if (!digits) return null
  const channels = digits.length === 3 ? [...digits].map((digit) => digit + digit) : [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)]
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => Number.parseInt(channel, 16))
  return [red, green, blue]
}

function luminanceOf([red, green, blue]: Color): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(channel: number): number {
  const part = channel / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}
