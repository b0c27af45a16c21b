import { contrastOf, mix, mustParse, parseColor, writeColor, type Color } from '../core/colors.ts'

/** The colours of a mail, or of its dark half: all of them readable on what they stand on. */
export interface Palette {
  ground: string
  card: string
  line: string
  ink: string
  soft: string
  /** Links on the card. */
  link: string
  /** A button's face, its words and its border. */
  face: string
  word: string
  edge: string
}

export const DEFAULT_BRAND = '#0b5cad'

/** Neither pure black nor pure white: programs that invert colours by themselves turn those into each other, harshly. */
const LIGHT = { ground: '#f3f5f8', card: '#fefefe', line: '#d5dbe2', ink: '#1b1f24', soft: '#57606a' }
const DARK = { ground: '#0f1216', card: '#181c22', line: '#363d46', ink: '#e8ebef', soft: '#a9b2bc' }

/** What WCAG asks of text, and of the border of a control. On dark ground thin letters need more than that to be seen at a glance. */
const TEXT_CONTRAST = 4.5
const DARK_TEXT_CONTRAST = 6
const EDGE_CONTRAST = 3

/** The light and the dark colours for a brand colour (`#rgb` or `#rrggbb`; for anything else the product's own): it is kept where it can be read, else made darker or lighter until it can. */
export function palettesOf(brand_color: string): { light: Palette, dark: Palette } {
  const brand = parseColor(brand_color) ?? parseColor(DEFAULT_BRAND) ?? [0, 0, 0]
  return { light: paletteOf(LIGHT, brand, 0.07, TEXT_CONTRAST), dark: paletteOf(DARK, brand, 0.16, DARK_TEXT_CONTRAST) }
}

function paletteOf(base: typeof LIGHT, brand: Color, tint: number, contrast: number): Palette {
  const [card, ink] = [mustParse(base.card), mustParse(base.ink)]
  const face = mix(card, brand, tint)
  const word = readableOn(face, brand, ink, contrast)
  return { ...base, link: writeColor(readableOn(card, brand, ink, contrast)), face: writeColor(face), word: writeColor(word), edge: writeColor(readableOn(card, brand, ink, EDGE_CONTRAST)) }
}

/** The colour itself, or with just as much of the ink in it as it needs. */
function readableOn(ground: Color, color: Color, ink: Color, contrast: number): Color {
  for (let part = 0; part < 1; part += 0.05) {
    const mixed = mix(color, ink, part)
    if (contrastOf(mixed, ground) >= contrast) return mixed
  }
  return ink
}
