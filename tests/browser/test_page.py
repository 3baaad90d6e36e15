"""The stories of the page, each as somebody would live it."""
import csv
import io
import re
import urllib.request

import psycopg
import pytest
from selenium.webdriver.common.keys import Keys

LIST = "/#/match?niche=vegan-fitness"
ASSETS_MAX, FIRST_PAINT_MS = 300_000, 1000


def names(page):
    return [e.text for e in page.all("tr.item .name")]


def busy(page):
    return page.all(".results[aria-busy]")


def test_search_by_typing(page):
    page.open("/", ".tiles a")
    field = page.one("input[name=niche]")
    field.send_keys("vegan fit")
    page.wait(lambda: page.one("[role=option]").text.startswith("Vegan Fitness"))
    assert field.get_attribute("aria-expanded") == "true" and "Vegan Fitness" in page.one("[role=option]").text
    field.send_keys(Keys.ARROW_DOWN)
    assert page.one("[role=option]").get_attribute("aria-selected") == "true"
    field.send_keys(Keys.ENTER)
    page.wait("tr.item")
    assert page.hash == "#/match?niche=vegan-fitness" and page.one("h1").text == "Vegan Fitness"
    said = page.answer("/match?niche=vegan-fitness&count=exact")
    assert names(page) == [i["creator"]["name"] or i["creator"]["username"] for i in said["items"]]
    assert f"{said['total']} creators" in page.one("#count").text


def test_suggestions_for_the_second_of_two_niches(page):
    page.open("/", ".tiles a")
    page.one("input[name=niche]").send_keys("vegan, comed")
    page.wait(lambda: page.one("[role=option]").text.startswith("Comedy"))
    page.keys(Keys.ARROW_DOWN, Keys.ENTER)
    page.wait(lambda: "#/match?niche=vegan,comedy" == page.hash)
    page.wait(lambda: page.one("h1").text in ("Vegan + Comedy", "Comedy + Vegan"))


def test_a_wrong_spelling_gets_suggestions(page):
    page.expects_refusal = True
    page.open("/#/match?niche=vegan-fitnss-xx", ".problem")
    page.button("vegan-fitness").click()
    page.wait("tr.item")
    assert page.hash == "#/match?niche=vegan-fitness"
    page.open("/#/match?niche=vegn-fitnes", "tr.item")
    assert "close spelling" in page.one("#count").text


def test_a_wrong_parameter_gets_suggestions(page):
    page.expects_refusal = True
    page.open("/#/match?niche=vegan-fitness&contry=US", ".problem")
    page.button("country").click()
    page.wait("tr.item")
    assert page.hash == "#/match?niche=vegan-fitness&country=US"


def test_facets_filter_and_the_address_keeps_it(page):
    page.open(LIST, "tr.item")
    page.press("[data-key='country:US']")
    page.wait(lambda: "23 creators" in page.one("#count").text and not busy(page))
    assert page.hash.endswith("country=US") and page.js("return document.activeElement.dataset.key") == "country:US"
    page.press("[data-key='platform:tiktok']")
    page.wait(lambda: "platform=tiktok" in page.hash and not busy(page))
    said = page.answer("/match?niche=vegan-fitness&country=US&platform=tiktok&count=exact")
    page.wait(lambda: f"{said['total']} creators" in page.one("#count").text)
    page.driver.back()
    page.wait(lambda: "23 creators" in page.one("#count").text)
    page.button("United States").click()
    page.wait(lambda: page.hash == "#/match?niche=vegan-fitness" and "50 creators" in page.one("#count").text)


def test_own_weights_and_goals(page):
    page.open(LIST, "tr.item")
    page.button("Weights").click()
    page.one("[data-key='weight:engagement']").send_keys(Keys.END)
    page.wait(lambda: "weights=engagement:5" in page.hash and not busy(page))
    said = page.answer("/match?niche=vegan-fitness&weights=engagement:5")
    page.wait(lambda: names(page)[0] == said["items"][0]["creator"]["name"])
    page.js("const s = document.querySelector('select[name=goal]'); s.value = 'launch'; s.dispatchEvent(new Event('change'))")
    page.wait(lambda: "goal=launch" in page.hash and "weights" not in page.hash)


def test_bars_explain_the_score(page):
    page.open(LIST, "tr.item")
    cells = page.all("tr.item .strip")[0].find_elements("css selector", ".cell")
    assert [c.get_attribute("data-component") for c in cells] == ["relevance", "engagement", "authenticity", "affordability", "loyalty", "freshness"]
    page.hover(cells[0])
    tip = page.wait("#tip")
    assert "weight 40 %" in tip.text and "recent posts carry the niche" in tip.text
    page.js("arguments[0].focus()", cells[0])
    page.keys(Keys.ARROW_RIGHT)
    page.wait(lambda: "engagement 0.85" in page.one("#tip").text.lower())
    page.keys(Keys.ESCAPE)
    assert not page.one("#tip").is_displayed()
    page.button("Why?").click()
    table = page.wait("tr.detail .sum")
    lost = [float(e.text.replace("−", "-")) for e in table.find_elements("css selector", "tbody td:nth-of-type(3)")]
    assert round(100 + sum(lost), 1) == float(page.one("tr.item .big").text)


def test_the_chart_shows_size_against_engagement(page):
    page.open(LIST, ".scatter[data-drawn]")
    assert "engagement" in page.one(".scatter canvas").get_attribute("aria-label")
    points = "return document.querySelector('.scatter').chart.data.datasets.map((d) => d.data.length)"
    page_, rest, curve = page.js(points)
    assert page_ > 5 and rest > 0 and curve == 25
    radius = "return document.querySelector('.scatter').chart.data.datasets[0].pointRadius"
    assert max(page.js(radius)) < 10
    page.hover(page.one("tr.item .name"))
    page.wait(lambda: max(page.js(radius)) == 10)


def test_an_empty_list_says_what_to_relax(page):
    page.open("/#/match?niche=vegan-fitness&country=AT&min_engagement_rate=20pct", ".diagnosis")
    assert "Nobody fits all of this" in page.text
    said = page.answer("/match?niche=vegan-fitness&country=AT&min_engagement_rate=20pct")["diagnosis"]["smallest_relaxation"]
    page.press(".diagnosis .primary")
    page.wait("tr.item")
    assert len(names(page)) == said["gives"]
    page.open("/#/match?niche=vegan-fitness&country=AT&min_engagement_rate=20pct", ".diagnosis")
    page.button("Drop country").click()
    page.wait(lambda: "country" not in page.hash and names(page))


def test_pages_and_csv(page):
    page.open(LIST, "tr.item")
    first = names(page)
    link = page.button("Download CSV").get_attribute("href")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(link) as answer:
        assert answer.headers["Content-Type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(answer.read().decode(), newline="")))
    assert [r["creator_name"] for r in rows] == first
    page.button("Next page").click()
    page.wait(lambda: page.all("tr.item .rank") and page.one("tr.item .rank").text == "21")
    assert not set(names(page)) & set(first) and "cursor=" in page.hash
    page.button("First page").click()
    page.wait(lambda: names(page) == first)


def test_why_somebody_is_not_in_the_list(page):
    page.open(LIST + "&country=GB", "tr.item")
    page.one("input[name=why_not]").send_keys("@ivy.vegan_c", Keys.ENTER)
    assert "is kept out by country (US, asked GB)" in page.wait("#why-not").text
    page.button("United Kingdom").click()
    page.wait(lambda: "is at rank 1 with 85.9, on this page" in page.one("#why-not").text)


def test_a_creator(page):
    page.open(LIST, "tr.item")
    page.one("tr.item .name").click()
    page.wait(".bigscore")
    assert page.hash == "#/creator/76?niche=vegan-fitness" and page.one("h1").text == "Ivy | vegan fitness"
    for text in ("What speaks for it", "What to check", "Against peers", "A fair price", "Similar creators", "Where the numbers are from"):
        assert text in page.text
    page.wait(".tall[data-drawn]")
    assert page.js("return document.querySelector('.tall').chart.getDatasetMeta(1).data.length") == 6
    page.open("/#/creator/302", ".canvas[data-drawn]")
    page.shows("2,260 on 2026-11-01")


def test_a_plan_and_the_big_creator(page):
    page.open("/#/plan?niche=vegan-fitness&budget_usd=2000", ".slide")
    said = page.answer("/plan?niche=vegan-fitness&budget_usd=2000")
    assert len(page.all(".side:first-child .circle")) == len(said["creators"])
    assert f"{said['expected']['net_reach']:,}" in page.one(".slide").text and "wins" in page.one(".side:first-child").text
    areas = [e.size["width"] ** 2 for e in page.all(".circle")]
    big, plan = areas[-1], areas[:-1]
    assert abs(max(plan) / big - said["creators"][0]["gain"] / said["big_creator"]["engaged"]) < 0.05
    page.wait(".ranges[data-drawn]")
    page.look(390)
    assert max(e.size["height"] for e in page.all("tbody tr")) < 140  # the reasons are not a word a line
    page.look()
    slider = page.one("#budget")
    slider.send_keys(Keys.ARROW_RIGHT)
    page.wait(lambda: "budget_usd=2100" in page.hash)
    page.open("/#/plan?niche=beauty&budget_usd=1500", ".slide")
    assert "brings 2.1 times" in page.text and "wins" in page.one(".side:last-child").text


def test_a_budget_that_buys_nothing(page):
    page.open("/#/plan?niche=vegan-fitness&budget_usd=20", ".diagnosis")
    page.button("Plan with $49").click()
    page.wait(".slide")
    assert "budget_usd=49" in page.hash


def test_where_do_i_stand(page):
    page.expects_refusal = True
    page.open("/#/stand?platform=tiktok&followers=9000&niche=vegan-fitness", ".problem")
    assert page.text.lower().count("give engagement_rate alone") == 1
    page.open("/#/stand", "input[name=username]").send_keys("nobody.here")
    page.button("Where do I stand?")
    page.press("form .primary")
    page.wait(".problem")
    page.button("Use a few numbers instead").click()
    page.one("input[name=followers]").send_keys("9000")
    page.one("input[name=avg_likes]").send_keys("450")
    page.one("input[name=niche]").send_keys("vegan fitness")
    page.press("form .primary")
    page.wait(".bigscore")
    said = page.answer("/standing?platform=tiktok&followers=9000&niche=vegan+fitness&avg_likes=450")
    assert page.one(".bigscore strong").text == f"{said['score']:.1f}" and "What would raise the score" in page.text
    page.open("/#/stand?platform=tiktok&username=ivy.vegan_c", ".bigscore")
    assert page.one(".bigscore strong").text == f"{page.answer('/creators/76/standing')['score']:.1f}"


def test_curl_lines_are_what_the_page_asked(page):
    for target, ready in ((LIST, "tr.item"), ("/#/creator/76?niche=vegan-fitness", ".bigscore"), ("/#/plan?niche=food&budget_usd=700", ".slide"),
                          ("/#/stand?platform=tiktok&username=ivy.vegan_c", ".bigscore"), ("/", ".tiles a")):
        page.open(target, ready)
        lines = page.one(".curl code").text.splitlines()
        asked = set(page.js("return performance.getEntriesByType('resource').map((e) => e.name)"))
        for line in lines:
            address = re.fullmatch(r"curl '(http://[^']+)'", line)[1]
            assert target == "/" and "match" in address or address in asked, (address, asked)
            page.answer(address.removeprefix(page.base))
        page.button("Copy").click()
        page.button("Copied")


def test_the_sandbox_says_so(page):
    page.open("/", "#banner")
    page.button("Load your own").click()
    page.wait(lambda: page.one("h1").text == "Your data")
    assert "niched import" in page.text


def test_light_and_dark(page):
    page.open(LIST, ".scatter[data-drawn]")
    background = "return getComputedStyle(document.body).backgroundColor"
    light = page.js(background)
    page.press("#theme")
    assert page.js(background) != light
    page.driver.refresh()
    page.wait("tr.item")
    assert page.js(background) != light
    page.look(theme="dark")
    page.press("#theme")
    assert page.js(background) == light


def test_on_paper_is_what_was_found(page):
    page.open(LIST, "tr.item")
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = "return arguments[0].filter((css) => [...document.querySelectorAll(css)].some((e) => e.checkVisibility()))"
    assert page.js(shown, [".top", ".foot", ".curl", ".searchbar", ".filters", ".toolbar"]) == []
    assert page.js(shown, ["#banner", "h1", "tr.item"]) == ["#banner", "h1", "tr.item"]
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert page.js(shown, [".top", ".searchbar", ".toolbar"]) == [".top", ".searchbar", ".toolbar"]


def test_keyboard_alone(page):
    page.open("/", ".tiles a")
    page.keys(Keys.TAB)
    assert page.js("return document.activeElement.className") == "skip"
    for _ in range(12):
        page.keys(Keys.TAB)
        if page.js("return document.activeElement.name") == "niche":
            break
    page.keys("vegan fitn")
    page.wait(lambda: page.one("[role=option]").text.startswith("Vegan Fitness"))
    page.keys(Keys.ARROW_DOWN, Keys.ENTER)
    page.wait("tr.item")
    reached = set()
    for _ in range(120):
        page.keys(Keys.TAB)
        reached.add(page.js("const e = document.activeElement; return e.dataset.key || e.className || e.tagName"))
        if page.js("return document.activeElement.classList.contains('cell')"):
            break
    assert {"country:US", "min_engagement_rate", "sort_by", "name"} <= reached
    assert page.wait("#tip").text.lower().startswith("relevance")
    page.keys(Keys.ARROW_RIGHT, Keys.ENTER)
    page.wait("tr.detail .sum")
    page.keys(Keys.TAB)
    assert page.js("return document.activeElement.className") == "why"
    outline = page.js("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_the_reference_can_be_tried(page):
    page.open("/docs#plan", "#plan")
    assert {e.get_attribute("href").split("#")[1] for e in page.all("#toc a")} == {
        op["operationId"] for item in page.answer("/openapi.json")["paths"].values() for name, op in item.items() if name in ("get", "put", "post", "patch", "delete")}
    page.press("#plan .attempt summary")
    form = page.wait("#plan form")
    niche = form.find_element("name", "niche")
    niche.clear()
    niche.send_keys("food")
    assert "/plan?" in form.find_element("css selector", "pre code").text and "niche=food" in form.find_element("css selector", "pre code").text
    page.press("#plan form .primary")
    page.wait("#plan .status")
    assert page.one("#plan .status").text.startswith("200") and '"outcome": "found"' in page.one("#plan .try .example").text
    page.press("#toc a[href='#match_batch']")
    page.press("#match_batch .attempt summary")
    page.press("#match_batch form .primary")
    page.wait("#match_batch .status")
    assert page.one("#match_batch .status").text.startswith("200")


def test_quick_small_and_from_here_alone(page):
    page.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    page.open(LIST, ".scatter[data-drawn]")
    paint = page.js("return performance.getEntriesByName('first-contentful-paint')[0].startTime")
    row = page.js("return window.firstRow")
    loaded = page.js("return [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')].map((e) => [e.name, e.transferSize])")
    assert all(name.startswith(page.base) for name, _ in loaded)
    files = {name: size for name, size in loaded if "/assets/" in name or name.split("#")[0] == page.base + "/"}
    print(f"first paint {paint:.0f} ms, first row {row:.0f} ms, {sum(files.values())} bytes in {len(files)} files")
    assert len(files) > 8 and 50_000 < sum(files.values()) < ASSETS_MAX
    assert paint < FIRST_PAINT_MS and row < FIRST_PAINT_MS


@pytest.mark.parametrize("hostile", ["<img src=x onerror=document.title='taken'>", "\"><script>document.title='taken'</script>", "javascript:alert(1)"])
def test_names_are_text(page_of, sandbox_niched, hostile):
    with psycopg.connect(sandbox_niched.url, autocommit=True) as db:
        db.execute("update creator set display_name = %s where creator_id = 76", (hostile,))
        db.execute("update account set name = %s, bio = %s where username = 'ivy.vegan_c'", (hostile, hostile))
        db.execute("update account_score set name = %s, bio = %s where creator_id = 76", (hostile, hostile))
    with sandbox_niched.serve(NICHED_WORKER=0) as service:  # it would be scored anew, and lower
        page = page_of(service)
        for target, ready in ((LIST, "tr.item"), ("/#/creator/76?niche=vegan-fitness", ".bigscore"), ("/#/plan?niche=vegan-fitness&budget_usd=2000", ".slide")):
            page.open(target, ready)
            assert hostile in page.text and "taken" not in page.driver.title.replace(hostile, "")
            assert not page.all("main img, main script, a[href^=javascript]")
        page.check()


FILE = "Handle,Fans,About,Mood\r\nkale.and.bells,5200,vegan fitness coach,sunny\r\nsam.run,abc,marathon,grey\r\nbean.lifter,8100,vegan bodybuilding every day,blue\r\n"
DROP = """
const data = new DataTransfer();
data.items.add(new File([arguments[0]], arguments[1]));
document.querySelector('.zone').dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
"""


def columns(page):
    return {row.find_element("tag name", "th").text: row.find_element("tag name", "input").get_attribute("value") for row in page.all(".columns-table tbody tr")}


def test_a_file_is_looked_at_before_it_is_written(page_of, sandbox_niched, tmp_path):
    (tmp_path / "mine.csv").write_text(FILE, newline="")
    with sandbox_niched.serve() as service:
        page = page_of(service)
        page.open("/#/data", ".zone")
        page.one("select[name=platform]").send_keys("TikTok")
        page.one("#file").send_keys(str(tmp_path / "mine.csv"))
        page.wait(".columns-table")
        assert "mine.csv: 2 rows of creators can be read" in page.text and "Nothing is written yet" in page.text
        assert columns(page) == {"Handle": "username", "Fans": "followers", "About": "bio", "Mood": ""}
        assert "must be a whole number" in page.one("[aria-label='Bad rows']").text and "abc" in page.text
        assert "mine.csv" not in [job["source"] for job in page.answer("/imports?limit=100")["items"]]
        page.one("[aria-label='Fans is read as']").send_keys(Keys.CONTROL, "a", Keys.NULL, "following", Keys.TAB)
        page.wait(lambda: "map=Fans%3Dfollowing" in page.one(".curl code").text and columns(page)["Fans"] == "following")
        page.one("[aria-label='Fans is read as']").send_keys(Keys.CONTROL, "a", Keys.NULL, "followers", Keys.TAB)
        page.wait(lambda: "map=Fans%3Dfollowers" in page.one(".curl code").text and columns(page)["Fans"] == "followers")
        page.button("Import 2 rows").click()
        page.shows("mine.csv: done")
        counts = dict(zip([e.text for e in page.all("#import dt")], [e.text for e in page.all("#import dd")]))
        assert counts["Accepted"] == "2" and counts["Refused"] == "1" and counts["New"] == "2"
        with psycopg.connect(sandbox_niched.url) as db:
            assert db.execute("select username, followers from account where world = 0 order by 1").fetchall() == [("bean.lifter", 8100), ("kale.and.bells", 5200)]
        page.button("Find them")
        page.wait(lambda: not page.one("#banner").is_displayed())
        page.button("Take it back").click()
        page.shows("mine.csv: reverted")
        page.check()


def test_a_file_that_nobody_understands(page):
    page.expects_refusal = True
    page.open("/#/data", ".zone")
    page.js(DROP, FILE.replace("Handle", "Colour"), "odd.csv")
    page.wait("#import .problem, #import .columns-table")
    assert "platform" in page.one("#import").text or "username" in page.one("#import").text
    page.js(DROP, "", "empty.csv")
    page.wait(lambda: "empty.csv" in page.one("#import").text and page.all("#import .problem"))


def test_a_key_opens_what_is_closed(page_of, sandbox_niched):
    """Pasted at the foot of the page, kept as long as the tab, in no address and no curl line; a file comes with it, too."""
    key = sandbox_niched.run("key", "create").stdout.strip()
    with sandbox_niched.serve(NICHED_ANONYMOUS_READ="off", NICHED_WRITES="off", NICHED_WORKER=0) as service:
        page = page_of(service)
        page.expects_refusal = True
        page.open(LIST, ".problem")
        assert "AUTH_REQUIRED" in page.text and "foot of this page" in page.text
        page.js("sessionStorage.setItem('key', 'nk_1_wrong')")
        page.open(LIST, ".problem")
        assert "AUTH_INVALID" in page.text
        field = page.one("#key-text")
        field.clear()
        field.send_keys(key, Keys.ENTER)
        page.wait("tr.item")
        assert page.one("#key-text").get_attribute("type") == "password" and key not in page.driver.current_url and key not in page.text
        assert '-H "Authorization: Bearer $NICHED_KEY"' in page.one(".curl code").text
        page.js("const made = URL.createObjectURL; URL.createObjectURL = (b) => { b.text().then((t) => { window.csv = t; }); return made.call(URL, b); };"
                "HTMLAnchorElement.prototype.click = () => {}")
        page.button("Download CSV").click()
        assert page.wait(lambda: page.js("return window.csv")).startswith("rank,")
        page.js("sessionStorage.clear()")
        page.open(LIST, ".problem")
        page.driver.get_log("browser")
        page.check()
