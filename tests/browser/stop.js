// Where Tab has led, and what is wrong with it: the focus is in sight, is drawn, and nothing is
// above it. Chromium draws some of it on the label or the box around.
() => {
  const e = document.activeElement
  if (!e || e === document.body) return { name: "(outside of the page)", faults: [] }
  for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish()
  const bearers = [e, e.parentElement, ...(e.labels ?? [])]
  const isDrawn = bearers.map((each) => getComputedStyle(each)).some(({ outlineStyle, boxShadow }) =>
    outlineStyle !== "none" || boxShadow !== "none")
  const boxes = bearers.flatMap((each) => [...each.getClientRects()])
  const isSeen = boxes.some(({ left, top, width, height }) => {
    const [x, y] = [left + width / 2, top + height / 2]
    if (!width || x < 0 || y < 0 || x > innerWidth || y > innerHeight) return false
    const hit = document.elementFromPoint(x, y)
    return bearers.slice(0, 1).concat([...(e.labels ?? [])]).some((each) => each.contains(hit))
  })
  const name = `${e.localName} “${(e.ariaLabel ?? e.labels?.[0]?.textContent ?? e.textContent)
    .replace(/\s+/g, " ").trim().slice(0, 60)}”`
  return { name, faults: [
    ...(isDrawn ? [] : ["the focus is not drawn"]),
    ...(isSeen ? [] : ["the focus is covered or out of sight"]),
  ] }
}
