"""Every view in light and dark, at 1280 and 390 pixels: nothing that axe finds, nothing wider than the screen. Pictures are
left in build/browser."""
import pytest

from conftest import WORK

VIEWS = {
    "landing": ("/", ".tiles a"),
    "list": ("/#/match?niche=vegan-fitness&country=US", "tr.item"),
    "empty": ("/#/match?niche=vegan-fitness&country=AT&min_engagement_rate=20pct", ".diagnosis"),
    "creator": ("/#/creator/76?niche=vegan-fitness", ".tall[data-drawn]"),
    "plan": ("/#/plan?niche=vegan-fitness&budget_usd=2000", ".ranges[data-drawn]"),
    "stand": ("/#/stand?platform=tiktok&followers=9000&niche=vegan-fitness&avg_likes=450", ".tall[data-drawn]"),
    "data": ("/#/data", "h1"),
    "docs": ("/docs", ".op"),
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def wait_for(page, view):
    if view == "list":
        page.button("Why?").click()
        page.js("document.querySelector('.overview-box').open = true")
        page.wait(".scatter[data-drawn]")
    if view == "docs":
        page.js("document.querySelector('#toc details').open = true")
        page.press("#toc a[href='#niches']")
        page.press("#niches .attempt summary")
        page.wait("#niches form")


@pytest.mark.parametrize("view", VIEWS)
def test_looks(page, axe, view):
    target, ready = VIEWS[view]
    for width in (1280, 390):
        page.look(width)
        page.open(target, ready)
        wait_for(page, view)
        wide = page.js("return document.documentElement.scrollWidth")
        assert wide <= width, (view, width, wide)
        page.js(axe)
        for theme in ("light", "dark"):
            page.look(width, theme)
            page.driver.save_screenshot(str(WORK / f"{view}-{width}-{theme}.png"))
            found = page.driver.execute_async_script("axe.run(document, {runOnly: arguments[0], resultTypes: ['violations']}).then(arguments[1])", RULES)
            assert found["passes"]
            bad = [(v["id"], v["help"], [n["html"][:160] + " | " + n["failureSummary"][:200] for n in v["nodes"]][:4]) for v in found["violations"]]
            assert not bad, (view, width, theme, bad)
