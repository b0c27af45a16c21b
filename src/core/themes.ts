import type { SurveyTheme } from '../storage/schema.ts'
import { checkHttps, checkText, given } from './checks.ts'
import { contrastBetween, contrastOf, mix, mustParse, writeColor } from './colors.ts'
import type { Fault } from './errors.ts'

/** What a brand colour is painted with, so that all of it can be read: on the light card and on the dark one. Colours are `#rrggbb`. */
export interface Palette { light: Paint, dark: Paint }
export interface Paint {
  /** Buttons, chosen scores, borders: at least 3 against the card. */
  accent: string
  /** The ink on them: at least 4.5 against the accent. */
  on: string
  /** The same colour for words: at least 4.5 against the card. */
  words: string
}

/** What mails and pages show of an account: null is the product's own look. */
export interface Look { brand_color: string | null, on_brand: string | null, logo: Logo | null }
export interface Logo { url: string, alt: string }

/** The cards of the survey pages, on which everything stands. */
const CARDS = { light: '#ffffff', dark: '#151d1c' } as const
/** Dark enough that on any colour it or white has a contrast of 4.5. */
const INKS = ['#ffffff', '#020403'] as const
/** WCAG 2.2: of controls (1.4.11) and of words (1.4.3). */
const CONTROLS = 3
const WORDS = 4.5

/** What is wrong with a theme: of a colour that could not be read, the nearest that could is proposed. */
export function themeFaults({ brand_color, logo_url, logo_alt }: SurveyTheme): (Fault | null)[] {
  return [
    given(brand_color, checkBrandColor),
    given(logo_url, (url) => checkHttps('theme.logo_url', url)),
    given(logo_alt, (text) => checkText('theme.logo_alt', text, 200)),
    logo_alt !== undefined && logo_url === undefined ? { field: 'theme.logo_alt', code: 'forbidden_value', info: { message: 'is of a logo, and there is none' } } : null,
  ]
}

/** The colours of a brand whose colour was checked. In the dark a colour that is too dark is lightened; words in it are darkened or lightened as far as they need. */
export function paletteOf(brand_color: string): Palette {
  return { light: paint(brand_color, CARDS.light, '#000000'), dark: paint(brand_color, CARDS.dark, '#ffffff') }
}

/** How a survey looks where its mails and pages are drawn; a logo without a text is called as the account is. */
export function lookOf({ theme }: { theme: SurveyTheme | null }, account: { name: string }): Look {
  const { brand_color = null, logo_url, logo_alt } = theme ?? {}
  return { brand_color, on_brand: brand_color && inkOn(brand_color), logo: logo_url === undefined ? null : { url: logo_url, alt: logo_alt ?? account.name } }
}

function checkBrandColor(color: string): Fault | null {
  const field = 'theme.brand_color'
  if (!/^#[\da-f]{6}$/i.test(color)) return { field, code: 'invalid_format', info: { valid_format: '^#[0-9A-Fa-f]{6}$', message: 'must be a colour such as #0b6b5c' } }
  if (contrastBetween(color, CARDS.light) >= CONTROLS) return null
  return { field, code: 'invalid_value', info: { message: `is too light to be seen on white; the nearest colour that is not is ${towards('#000000', color, CARDS.light, CONTROLS)}` } }
}

function paint(brand: string, card: string, pole: string): Paint {
  const accent = towards(pole, brand, card, CONTROLS)
  return { accent, on: inkOn(accent), words: towards(pole, brand, card, WORDS) }
}

function inkOn(color: string): string {
  return INKS.find((ink) => contrastBetween(ink, color) >= WORDS) ?? INKS[1]
}

/** The colour itself, or the first on its way to black or white that has this contrast to the card. */
function towards(pole: string, color: string, card: string, least: number): string {
  const [from, to, ground] = [mustParse(color), mustParse(pole), mustParse(card)]
  for (let step = 0; step < 256; step++) {
    const mixed = mix(from, to, step / 256)
    if (contrastOf(mixed, ground) >= least) return writeColor(mixed)
  }
  return pole
}
