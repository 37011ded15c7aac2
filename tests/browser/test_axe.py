"""axe-core finds nothing, on any page, for anybody."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from .pages import VISITS
from .visitors import LANGUAGES
from .watch import expect_none

WIDTHS = (360, 768, 1280)
HEIGHT = 800
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

# Colours that are still changing are no colours to judge.
RUN = """async (rules) => {
  for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish()
  const { violations } = await axe.run({ runOnly: rules, resultTypes: ["violations"] })
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
    `${id}: ${target.join(" ")}: ${failureSummary.replace(/\\s+/g, " ")}`))
}"""
# As templates/base.html writes them for who prefers high contrast.
CONTRAST = "Object.assign(document.documentElement.dataset, { theme: 'dark', contrast: 'more' })"


def violations(page, look: str) -> list[str]:
    return [f"{look}: {found}" for found in page.evaluate(RUN, RULES)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("wanted", "role"), VISITS, ids=str)
def test_nobody_is_locked_out(visit, wanted, role, language):
    page = visit(wanted, role, language)
    page.evaluate(AXE_SCRIPT)
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            found += violations(page, f"{theme}, {width} px")
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(CONTRAST)
    found += violations(page, "high contrast")
    expect_none(found)
