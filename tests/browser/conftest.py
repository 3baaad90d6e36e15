"""The page in a real Chromium over the sandbox world. `page` is the browser at one width and theme; a test fails when the
console got an error or the page's own policy was violated."""
import json
import os
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ROOT = Path(__file__).parents[2]
WORK = Path(os.environ.get("NICHED_BUILD", ROOT / "build")) / "browser"
WAIT_S = 10
# before any script of the page: what its policy refused, and when the first row of a list, or heading, was there
WATCH = """
window.refused = [];
document.addEventListener('securitypolicyviolation', (e) => window.refused.push(`${e.violatedDirective} ${e.blockedURI}`));
new MutationObserver((_, watch) => {
  if (!document.querySelector('tr.item')) return;
  window.firstRow = performance.now();
  watch.disconnect();
}).observe(document, { childList: true, subtree: true });
"""


class Page:
    def __init__(self, driver, service):
        self.driver, self.base, self.expects_refusal = driver, str(service), False

    def look(self, width=1280, theme="light"):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 844 if width < 500 else 900, "deviceScaleFactor": 1, "mobile": width < 500})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": theme}, {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def open(self, target, until=None):
        self.driver.get("about:blank")
        self.driver.get(self.base + target)
        return self.wait(until) if until else None

    def wait(self, what, seconds=WAIT_S):
        """Until a CSS selector is there and shown, or a function of the page gives something true."""
        end = time.monotonic() + seconds
        while True:
            try:
                got = next((e for e in self.all(what) if e.is_displayed()), None) if isinstance(what, str) else what()
            except (WebDriverException, AssertionError):
                got = None
            if got:
                return got
            if time.monotonic() > end:
                raise AssertionError(f"{what if isinstance(what, str) else 'it'} did not come:\n{self.text[:1500]}")
            time.sleep(0.03)

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css):
        found = self.all(css)
        assert found, f"no {css} in:\n{self.text[:1500]}"
        return found[0]

    def press(self, css):
        self.js("arguments[0].scrollIntoView({block: 'center'})", self.wait(css))
        self.wait(css).click()

    def button(self, text):
        """The button, link or summary whose text begins so, once it is there."""
        element = self.wait(lambda: self.js("""return [...document.querySelectorAll('button, a, summary')].find(
            (e) => e.checkVisibility() && e.innerText.trim().startsWith(arguments[0]))""", text))
        self.js("arguments[0].scrollIntoView({block: 'center'})", element)
        return element

    def shows(self, text):
        return self.wait(lambda: text in self.text)

    def keys(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def hover(self, element):
        self.js("arguments[0].scrollIntoView({block: 'center'})", element)
        ActionChains(self.driver).move_to_element(element).perform()

    def js(self, script, *args):
        return self.driver.execute_script(script, *args)

    def answer(self, path):
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.base + path, timeout=10) as answer:
            return json.load(answer)

    @property
    def text(self):
        return self.one("body").text

    @property
    def hash(self):
        return self.js("return location.hash")

    def check(self):
        """What must hold after every test: nothing refused by the policy, no error in the console."""
        refused = self.js("return window.refused || []")
        assert not refused, f"the policy refused {refused}"
        log = [entry for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
        if self.expects_refusal:
            log = [entry for entry in log if not (entry["source"] == "network" and "the server responded with a status of 4" in entry["message"])]
        assert not log, log


@pytest.fixture(scope="session")
def driver():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", "--window-size=1280,900"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def sandbox_service(sandbox):
    with sandbox.serve() as service:
        yield service


@pytest.fixture
def page(driver, sandbox_service):
    page = Page(driver, sandbox_service)
    page.look()
    page.open("/readyz")
    page.js("localStorage.clear()")
    driver.get_log("browser")
    yield page
    page.check()


@pytest.fixture
def page_of(driver):
    """Makes a page of another service."""
    def make(service):
        page = Page(driver, service)
        page.look()
        return page
    return make


@pytest.fixture(scope="session")
def axe():
    """The text of axe-core; installed again only when package.json has changed."""
    WORK.mkdir(parents=True, exist_ok=True)
    wanted, there, script = Path(__file__).parent / "package.json", WORK / "package.json", WORK / "node_modules/axe-core/axe.min.js"
    if not there.exists() or there.read_bytes() != wanted.read_bytes() or not script.exists():
        shutil.copy(wanted, there)
        subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"], cwd=WORK, check=True, timeout=300)
    return script.read_text()


__all__ = ["By", "Keys"]
