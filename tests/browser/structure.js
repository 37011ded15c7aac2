// What axe does not look at. Each check returns the offending elements as sentences.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)]
  const isShown = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true })
  const words = (e) => e.textContent.replace(/\s+/g, " ").trim()

  function name(e) {
    const id = e.id && `#${e.id}`
    const classes = [...e.classList].map((each) => `.${each}`).join("")
    const kind = ["name", "type", "href"].filter((each) => e.hasAttribute(each))
    const attributes = kind.map((each) => `[${each}="${e.getAttribute(each)}"]`).join("")
    return `${e.localName}${id || classes}${attributes} “${words(e).slice(0, 40)}”`
  }

  const pointing = ["for", "form", "list", "headers", "aria-describedby", "aria-errormessage",
    "aria-labelledby", "aria-controls", "aria-owns", "aria-activedescendant", "aria-details"]

  const brokenReferences = () => pointing.flatMap((attribute) =>
    all(`[${attribute}]`).flatMap((e) => e.getAttribute(attribute).split(/\s+/)
      .filter((id) => !document.getElementById(id))
      .map((id) => `${name(e)} has ${attribute}="${id}", which is nowhere`)))

  function sameIds() {
    const ids = all("[id]").map((e) => e.id)
    return [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))]
      .map((id) => `#${id} is there more than once`)
  }

  function groupsWithoutLegend() {
    const groups = Map.groupBy(all("input[type=radio], input[type=checkbox]"),
      (e) => [e.type, e.name, all("form").indexOf(e.form)].join())
    return [...groups.values()]
      .filter(([first, second]) => second && !first.closest("tr"))
      .filter(([first]) => !first.closest("fieldset")?.querySelector("legend")?.textContent.trim())
      .map(([first]) => `${name(first)} is of a group without fieldset and legend`)
  }

  function headings() {
    const found = all("h1, h2, h3, h4, h5, h6").filter((e) => e.checkVisibility())
    const level = (e) => Number(e.localName[1])
    const tops = found.filter((e) => level(e) === 1).length
    return [
      ...(tops === 1 ? [] : [`${tops} h1`]),
      ...found.filter((e, n) => level(e) > (n ? level(found[n - 1]) : 0) + 1)
        .map((e) => `${name(e)} is more than one below the heading before it`),
    ]
  }

  function oneMain() {
    const count = all("main").length
    return count === 1 ? [] : [`${count} main`]
  }

  const TARGET = 44

  // A box or a button of a group is pressed by its label as well.
  function area(e) {
    const boxes = [e, ...(["checkbox", "radio"].includes(e.type) ? e.labels : [])]
      .map((each) => each.getBoundingClientRect())
    return {
      width: Math.max(...boxes.map((b) => b.right)) - Math.min(...boxes.map((b) => b.left)),
      height: Math.max(...boxes.map((b) => b.bottom)) - Math.min(...boxes.map((b) => b.top)),
      right: Math.max(...boxes.map((b) => b.right)),
    }
  }

  function isInSentence(e) {
    const block = e.closest("p, dd, li, figcaption, blockquote")
    return e.matches("a") && getComputedStyle(e).display === "inline" &&
      block && words(block).length > words(e).length
  }

  const smallTargets = () =>
    all("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")
      .filter((e) => isShown(e) && !isInSentence(e))
      .map((e) => [e, area(e)])
      .filter(([, { right }]) => right > 0) // the skip link waits outside until it has the focus
      .filter(([, { width, height }]) => Math.min(width, height) < TARGET - 0.5)
      .map(([e, { width, height }]) =>
        `${name(e)} is ${width.toFixed()} x ${height.toFixed()} px`)

  // Only what makes the page wider, not what scrolls in a box of its own.
  function sticksOut() {
    const root = document.documentElement
    if (root.scrollWidth <= root.clientWidth) return []
    const isCut = (e) => e && e !== root &&
      (getComputedStyle(e).overflowX !== "visible" || isCut(e.parentElement))
    const out = all("body *").filter((e) => isShown(e) && !isCut(e.parentElement) &&
      e.getBoundingClientRect().right > root.clientWidth + 0.5)
    const innermost = out.filter((e) => !out.some((other) => other !== e && e.contains(other)))
    return [`the page is ${root.scrollWidth} px wide`,
      ...innermost.slice(0, 5).map((e) => `${name(e)} sticks out to the right`)]
  }

  // Cards have no columns that could be out of sight.
  const hiddenColumns = () => all(".table-container:has(.is-cards)")
    .filter((e) => e.scrollWidth > e.clientWidth + 1)
    .map((e) => `${name(e)} is ${e.scrollWidth} px wide in ${e.clientWidth}`)

  // Words of some letters that stand on two lines, as there is hardly room for a letter.
  function brokenWords() {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const broken = []
    for (let text; (text = texts.nextNode());) {
      if (!isShown(text.parentElement)) continue
      for (const { index, 0: word } of text.data.matchAll(/(?<![^\s])\p{L}{2,7}(?![^\s])/gu)) {
        const range = document.createRange()
        range.setStart(text, index)
        range.setEnd(text, index + word.length)
        const lines = new Set([...range.getClientRects()].map((rect) => Math.round(rect.top)))
        if (lines.size > 1) broken.push(`“${word}” in ${name(text.parentElement)} is broken`)
      }
    }
    return broken
  }

  // The look of what has the focus is compared with its look before. Chromium puts some of it on
  // the label or the box around.
  const TABBABLE = "a[href], area[href], button, input:not([type=hidden]), select, textarea, " +
    "summary, [tabindex='0']"
  const drawn = (style) => [style.boxShadow, style.backgroundColor,
    style.outlineStyle !== "none" && style.outline,
    style.borderTopStyle !== "none" && style.borderTop]
  const bearers = (e) => [e, e.parentElement, ...(e.labels ?? [])]
  const look = (e) => bearers(e).map((each) => drawn(getComputedStyle(each)).join()).join()
  const looks = new Map()

  // What has the focus already would be remembered with it.
  function rememberLooks() {
    all(TABBABLE).filter((e) => e !== document.activeElement).forEach((e) => looks.set(e, look(e)))
  }

  // Whether anything of it is in view, with nothing above.
  function isInSight(e) {
    const parts = [e, ...(e.labels ?? [])]
    return parts.flatMap((part) => [...part.getClientRects()]).some((box) => {
      const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)]
      const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)]
      if (left >= right || top >= bottom) return false
      const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
      return parts.some((part) => part.contains(hit))
    })
  }

  // Where Tab has led, and what is wrong there; null when the focus has left the page.
  function focused() {
    const e = document.activeElement
    if (!e || e === document.body) return null
    for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish()
    const faults = []
    if (look(e) === looks.get(e)) faults.push("looks the same with the focus")
    if (!isShown(e) && !(e.labels ?? []).length) faults.push("has the focus and is not shown")
    if (!isInSight(e)) faults.push("has the focus and is covered or out of sight")
    return { name: name(e), faults: faults.map((fault) => `${name(e)} ${fault}`) }
  }

  const always = { brokenReferences, sameIds, groupsWithoutLegend, headings, oneMain }
  const run = (checks) => Object.values(checks).flatMap((check) => check())
  window.structure = {
    outline: () => run(always), smallTargets, sticksOut, hiddenColumns, brokenWords,
    rememberLooks, focused,
  }
})()
