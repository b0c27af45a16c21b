import { lookOf, paletteOf, type Paint } from '../core/themes.ts'
import type { SurveyTheme } from '../storage/schema.ts'
import { html, type Html } from '../http/html.ts'
import { style } from './style.ts'

/** A page in the colours of a survey's brand, and in others after it. */
export function themedStyle(theme: SurveyTheme | null, rules = ''): string {
  if (theme?.brand_color === undefined) return style + rules
  const { light, dark } = paletteOf(theme.brand_color)
  return `${style}:root{${variables(light)}}@media (prefers-color-scheme:dark){:root{${variables(dark)}}}\n${rules}`
}

/** The logo on a plate of its own, as it was drawn for white; of one size, so that nothing moves when it comes. */
export function renderLogo(theme: SurveyTheme | null, account: { name: string }): Html | null {
  const { logo } = lookOf({ theme }, account)
  return logo && html`<p class="plate"><img src="${logo.url}" alt="${logo.alt}" width="160" height="48"></p>
`
}

/** Where the logo comes from, for the policy of the page. */
export function logoOrigin(theme: SurveyTheme | null): { img_src?: string } {
  return theme?.logo_url === undefined ? {} : { img_src: new URL(theme.logo_url).origin }
}

function variables({ accent, on, words }: Paint): string {
  return `--accent:${accent};--on:${on};--words:${words};--tint:color-mix(in srgb,${accent} 9%,var(--card))`
}
