"""Reads a report in headless Chromium: python report-test.py REPORT.html CHROMEDRIVER. Pictures and a PDF go beside the page."""

import base64
import sys
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

path = Path(sys.argv[1]).resolve()
options = webdriver.ChromeOptions()
for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage"):
    options.add_argument(argument)
options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
browser = webdriver.Chrome(options=options, service=Service(sys.argv[2]))


def media(scheme):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def shown(kind):
    script = "return [...document.querySelectorAll(arguments[0])].filter(e => e.offsetParent !== null).length"
    return browser.execute_script(script, f"figure .{kind}")


grounds = {}
try:
    for width in (400, 1600):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        for scheme in ("light", "dark"):
            media(scheme)
            browser.get(path.as_uri())
            wide = browser.execute_script("return document.documentElement.scrollWidth")
            assert wide <= width, f"{wide} px of content in a window of {width}"
            other = "dark" if scheme == "light" else "light"
            assert shown(scheme) > 0 and shown(other) == 0, scheme
            grounds[scheme] = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
            small = browser.execute_script(
                "return [...document.querySelectorAll('figure svg')].filter(e => e.getBoundingClientRect().width > 0)"
                ".some(e => e.getBoundingClientRect().width < 300)")
            assert not small, "a picture is too small to be read"
            shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
            path.with_name(f"report-{width}-{scheme}.png").write_bytes(base64.b64decode(shot["data"]))
    assert grounds["light"] != grounds["dark"], grounds

    slides = browser.find_elements(By.CSS_SELECTOR, ".slide")
    assert len(slides) >= 4, len(slides)
    for slide in slides[:2]:
        slider, told = slide.find_element(By.TAG_NAME, "input"), slide.find_element(By.TAG_NAME, "output")
        come = ("return [...arguments[0].closest('figure').querySelectorAll('clipPath')[0].children]"
                ".filter(r => r.getAttribute('width') !== '0').length")
        whole = browser.execute_script(come, slide)
        assert whole == int(slider.get_attribute("max")), whole
        slider.send_keys(Keys.HOME)
        assert told.text.startswith("before the first"), told.text
        assert browser.execute_script(come, slide) == 0
        for _ in range(3):
            slider.send_keys(Keys.ARROW_RIGHT)
        assert told.text.startswith("step 3 of"), told.text
        assert browser.execute_script(come, slide) == 3
        slider.send_keys(Keys.END)
        assert browser.execute_script(come, slide) == whole

    # Nothing was fetched, and nothing went wrong.
    fetched = browser.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert not fetched, fetched
    said = [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    assert not said, said

    media("dark")
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    pages = printed.count(b"/Type /Page") - printed.count(b"/Type /Pages")
    assert printed.startswith(b"%PDF") and 2 <= pages <= 40, pages
    path.with_name("report.pdf").write_bytes(printed)
    print(f"the report is read at 400 and 1600 px, light and dark; its sliders move; as PDF it has {pages} pages")
finally:
    browser.quit()
