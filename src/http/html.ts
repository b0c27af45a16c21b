/** Markup that is safe to send: made only by `html`, which escapes what it is given, and by `raw`. */
export class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
  toString(): string {
    return this.markup
  }
}

export type HtmlValue = string | number | Html | null | undefined | false | readonly HtmlValue[]

/** A template that escapes every value, in texts and in quoted attributes; markup stays as it is, lists are joined, null and false are nothing. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(strings.reduce((markup, part, index) => markup + markupOf(values[index - 1]) + part))
}

/** Markup as it is. For what this program wrote itself, never for what came from outside. */
export function raw(markup: string): Html {
  return new Html(markup)
}

/** A text for a place between tags or between an attribute's quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function markupOf(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return ''
  if (value instanceof Html) return value.markup
  return typeof value === 'object' ? value.map(markupOf).join('') : escapeHtml(String(value))
}
