import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'

/** How somebody uses a page, whatever they have for it. */
export interface Hands {
  /** Takes one of a group's radios, counted from 0. */
  choose(group: Locator, index: number): Promise<void>
  pick(select: Locator, option: string): Promise<void>
  /** In place of what was there. */
  write(box: Locator, text: string): Promise<void>
  tick(box: Locator): Promise<void>
  /** A button or a link. */
  press(control: Locator): Promise<void>
}

/** A mouse, or a finger. */
export function pointer(touches = false): Hands {
  const hit = (one: Locator) => touches ? one.tap() : one.click()
  return {
    choose: (group, index) => hit(group.getByRole('radio').nth(index)),
    async pick(select, option) { await select.selectOption(option) },
    async write(box, text) {
      await hit(box)
      await box.fill(text)
    },
    tick: hit,
    press: hit,
  }
}

/** A keyboard alone, with Tab only ever going on. Fails at a stop whose focus can't be seen, or that does not come in the order of reading. */
export function keyboard(page: Page): Hands {
  let last = { document: 0, place: -1, top: 0 }
  const hasFocus = (target: Locator) => target.evaluate((one) => one.contains(document.activeElement))
  const press = async (key: string) => {
    const url = page.url()
    await page.keyboard.press(key)
    assert.equal(page.url(), url, `${key} led away`)
  }
  const reach = async (target: Locator) => {
    const element = await target.elementHandle()
    let there = await hasFocus(target)
    for (let stops = 0; !there; stops++) {
      assert.ok(stops < 80, `Tab never came to ${target}`)
      await press('Tab')
      const stop = await page.evaluate(seeFocus, element)
      assert.ok(stop.ring, `the focus is to be seen on ${stop.name}`)
      assert.ok(stop.in_sight, `${stop.name} is in sight when it has the focus`)
      if (stop.document === last.document) assert.ok(stop.place > last.place && stop.top >= last.top - 1, `${stop.name} comes in the order of reading`)
      last = stop
      there = stop.there
    }
  }
  return {
    async choose(group, index) {
      const radio = group.getByRole('radio').nth(index)
      await reach(group)
      while (!await hasFocus(radio)) await press('ArrowDown')
      if (!await radio.isChecked()) await press('Space')
    },
    async pick(select, option) {
      await reach(select)
      while (await select.evaluate((one: HTMLSelectElement) => one.selectedOptions[0]?.text) !== option) await press('ArrowDown')
    },
    async write(box, text) {
      await reach(box)
      await press('Control+A')
      await page.keyboard.type(text)
    },
    async tick(box) {
      await reach(box)
      await press('Space')
    },
    async press(control) {
      await reach(control)
      await page.keyboard.press('Enter')
    },
  }
}

/** Where the focus is: whether there, its place among all elements and on the page, which document that is, whether it has a ring, and whether that is in sight too. */
function seeFocus(there: Node | null) {
  const one = document.activeElement ?? document.body
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one)
  const { top, bottom } = one.getBoundingClientRect()
  return {
    there: there?.contains(one) ?? false, name: one.outerHTML.slice(0, 120), document: performance.timeOrigin, place: [...document.querySelectorAll('*')].indexOf(one), top: top + scrollY,
    ring: outlineStyle === 'solid' && Number.parseFloat(outlineWidth) >= 2 && (boxShadow !== 'none' || matchMedia('(forced-colors: active)').matches), in_sight: top >= 4 && bottom <= innerHeight - 4,
  }
}
