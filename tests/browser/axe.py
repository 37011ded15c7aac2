"""axe-core, on a page as everybody may look at it."""

from axe_playwright_python.base import AXE_SCRIPT

WIDTHS = (360, 768, 1280)
HEIGHT = 800
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOUR_RULES = ("color-contrast", "link-in-text-block")  # all that a theme can break

# It takes as long as there are elements, and rows are alike: three of each list are enough for it.
FEWER_ROWS = """for (const e of document.querySelectorAll(
  "main :is(tbody > tr, ul > li, datalist > option):nth-child(n + 4)")) e.remove()"""

# Colours that are still changing are no colours to judge.
RUN = """async (rules) => {
  for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish()
  const { violations } = await axe.run({ runOnly: rules, resultTypes: ["violations"] })
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
    `${id}: ${target.join(" ")}: ${failureSummary.replace(/\\s+/g, " ")}`))
}"""
# What templates/partials/html_tag.html writes for those who chose their colours.
CHOSEN = {
    "light chosen on a dark device": "{ theme: 'light' }",
    "dark chosen on a light device": "{ theme: 'dark' }",
    "high contrast": "{ theme: 'dark', contrast: 'more' }",
}
CHOOSE = "Object.assign(document.documentElement.dataset, %s)"


def violations_at(page, width: int, look: str) -> list[str]:
    """What is wrong with a page as it is now, at this width."""
    page.evaluate(AXE_SCRIPT)
    page.set_viewport_size({"width": width, "height": HEIGHT})
    return _run(page, RULES, look)


def violations(page) -> list[str]:
    """What is wrong with a page in each theme and width; it stays in the last of them.

    All rules are tried in the light; themes change nothing but colours, so the others try those.
    """
    page.evaluate(AXE_SCRIPT)
    page.evaluate(FEWER_ROWS)
    found = []
    for theme, rules in (("light", RULES), ("dark", COLOUR_RULES)):
        page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            found += _run(page, rules, f"{theme}, {width} px")
    return found


def violations_in_chosen_colours(page) -> list[str]:
    """What is wrong with the colours of who chose them, on a page that violations() has tried."""
    found = []
    page.emulate_media(reduced_motion="reduce")
    for look, chosen in CHOSEN.items():
        page.evaluate(CHOOSE % chosen)
        found += _run(page, COLOUR_RULES, look)
        page.emulate_media(color_scheme="light")
    return found


def _run(page, rules: tuple[str, ...], look: str) -> list[str]:
    return [f"{look}: {found}" for found in page.evaluate(RUN, rules)]
