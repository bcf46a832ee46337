"""The HTML report in Chromium, from a file: filters, links, the map, and not one request or complaint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from limen.reports import Options, report
from tests.reports.building import HOSTILE, sample
from tests.reports.hostility import around


@pytest.fixture(scope="module")
def browser(chromium: Path, chromedriver: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = str(chromium)
    profile = tmp_path_factory.mktemp("chromium")
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--no-first-run", "--window-size=1500,1100",
        f"--user-data-dir={profile}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=ChromeService(executable_path=str(chromedriver)))
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()


def opened(browser: Chrome, folder: Path, content: bytes) -> str:
    """Write the report, open it as a file, and return its address."""
    path = folder / "report.html"
    path.write_bytes(content)
    for log in ("browser", "performance"):  # what earlier pages said
        browser.get_log(log)
    browser.get(path.as_uri())
    return path.as_uri()


@pytest.fixture
def page(browser: Chrome, tmp_path: Path) -> Chrome:
    opened(browser, tmp_path, report("html").render(sample(), Options()))
    return browser


def shown(page: Chrome, selector: str) -> list[str]:
    return [
        element.get_attribute("id") or ""
        for element in page.find_elements(By.CSS_SELECTOR, selector)
        if element.is_displayed()
    ]


def field(page: Chrome, form: str, name: str) -> WebElement:
    return page.find_element(By.CSS_SELECTOR, f'form[data-for="{form}"] [data-filter="{name}"]')


def click(page: Chrome, selector: str) -> None:
    """Click an element where it stands in the middle of the window, clear of the bar at the top."""
    element = page.find_element(By.CSS_SELECTOR, selector)
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    element.click()


def number(count: int) -> str:
    return f"finding-{count:032x}"


def complaints(browser: Chrome) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser")]


def requests(browser: Chrome, address: str) -> list[str]:
    """Return what the page at an address asked for; Chromium's own pages ask for much when it starts."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    urls = [one["request"]["url"] for one in sent if one["documentURL"].split("#")[0] == address]
    return [url for url in urls if not url.startswith("data:")]


def test_nothing_is_asked_of_the_network_and_nothing_is_complained_of(browser: Chrome, tmp_path: Path) -> None:
    address = opened(browser, tmp_path, report("html").render(sample(), Options()))
    assert browser.title == "limen: Serialization and trials"
    assert requests(browser, address) == [address]
    assert complaints(browser) == []


def test_the_policy_really_stops_a_foreign_script_style_and_picture(browser: Chrome, tmp_path: Path) -> None:
    """Without this, no complaint in the tests above would prove nothing."""
    foreign = (
        b"<script>document.title = 'owned'</script><style>h1{display:none}</style><img src='http://127.0.0.1:9/x'>"
    )
    content = report("html").render(sample(), Options()).replace(b"<main>", b"<main>" + foreign)
    opened(browser, tmp_path, content)
    assert browser.title == "limen: Serialization and trials"
    assert browser.find_element(By.TAG_NAME, "h1").is_displayed()
    assert len([c for c in complaints(browser) if "Content Security Policy" in c or "violates" in c]) == 3


def test_findings_are_filtered_by_text_and_severity(page: Chrome) -> None:
    assert shown(page, ".finding") == [number(n) for n in (4, 3, 1, 7, 8, 2, 6, 5)]
    Select(field(page, "findings-list", "severity")).select_by_visible_text("critical")
    assert shown(page, ".finding") == [number(3), number(8)]
    field(page, "findings-list", "text").send_keys("CLINICAL-db")
    assert shown(page, ".finding") == [number(3)]
    assert page.find_element(By.CSS_SELECTOR, 'form[data-for="findings-list"] output').text == "1 of 8"
    Select(field(page, "findings-list", "severity")).select_by_visible_text("low")
    assert shown(page, ".finding") == []
    field(page, "findings-list", "text").clear()
    Select(field(page, "findings-list", "disposition")).select_by_visible_text("inherited")
    assert shown(page, ".finding") == [number(6)]
    assert complaints(page) == []


def test_findings_are_filtered_by_status(page: Chrome) -> None:
    Select(field(page, "findings-list", "status")).select_by_visible_text("not assessed")
    assert shown(page, ".finding") == [number(8)]
    Select(field(page, "findings-list", "status")).select_by_visible_text("error")
    assert shown(page, ".finding") == [number(4)]


def test_flows_are_filtered_by_state(page: Chrome) -> None:
    Select(field(page, "flows-list", "state")).select_by_visible_text("with findings")
    assert shown(page, "#flows-list tr") == ["flow-site-upload", "flow-store"]
    Select(field(page, "flows-list", "kind")).select_by_visible_text("inside a zone")
    assert shown(page, "#flows-list tr") == []


def test_a_finding_links_to_its_flow_and_the_flow_back(page: Chrome) -> None:
    click(page, f"#{number(3)} summary")
    click(page, f'#{number(3)} a[href="#flow-store"]')
    row = page.find_element(By.ID, "flow-store")
    WebDriverWait(page, 10).until(lambda _: row.value_of_css_property("background-color") == "rgba(255, 248, 197, 1)")
    assert page.current_url.endswith("#flow-store")
    row.find_element(By.CSS_SELECTOR, "a.badtext").click()
    finding = page.find_element(By.ID, number(3))
    WebDriverWait(page, 10).until(lambda _: finding.get_attribute("open") is not None)


def test_a_link_shows_what_a_filter_hides(page: Chrome) -> None:
    field(page, "flows-list", "text").send_keys("packager")
    assert shown(page, "#flows-list tr") == ["flow-submit"]
    click(page, f"#{number(3)} summary")
    click(page, f'#{number(3)} a[href="#flow-store"]')
    WebDriverWait(page, 10).until(lambda _: shown(page, "#flows-list tr") == ["flow-store", "flow-submit"])


def test_a_flow_of_the_map_links_to_its_row(page: Chrome) -> None:
    edge = page.find_element(By.CSS_SELECTOR, '.map a[data-flow="site-upload"]')
    assert "bad" in (edge.get_attribute("class") or "").split()
    ActionChains(page).move_to_element(
        page.find_element(By.CSS_SELECTOR, '.map a[data-flow="site-upload"] .hit')
    ).perform()
    said = page.find_element(By.ID, "map-caption").text
    assert said.startswith(
        "site-upload: site-portal → gateway, https, submission; 2 findings, worst transit.tls_minimum"
    )
    ActionChains(page).click().perform()
    WebDriverWait(page, 10).until(lambda _: page.current_url.endswith("#flow-site-upload"))
    assert page.find_element(By.ID, "flow-site-upload").is_displayed()
    assert complaints(page) == []


def lit(page: Chrome) -> set[str]:
    found = page.find_elements(By.CSS_SELECTOR, ".map .lit")
    return {e.get_attribute("data-flow") or e.get_attribute("data-component") or "" for e in found}


def test_a_component_stands_out_with_its_flows_and_can_be_held(page: Chrome) -> None:
    node = page.find_element(By.CSS_SELECTOR, '.map [data-component="gateway"]')
    ActionChains(page).move_to_element(node).perform()
    expected = {"gateway", "site-portal", "automation", "site-upload", "intake"}
    assert lit(page) == expected
    heading = page.find_element(By.CSS_SELECTOR, "#map h2")
    ActionChains(page).move_to_element(heading).perform()
    assert lit(page) == set()
    node.click()
    ActionChains(page).move_to_element(heading).perform()
    assert lit(page) == expected
    assert page.find_element(By.ID, "map-caption").text.startswith("gateway: The gateway; gateway; in plaintext:")


def test_hostile_text_runs_nothing_and_asks_for_nothing(browser: Chrome, tmp_path: Path) -> None:
    text = "".join(text for text in HOSTILE if len(text) < 1_000)
    address = opened(browser, tmp_path, report("html").render(sample(around(text)), Options()))
    assert "<script>alert(1)</script>" in browser.find_element(By.TAG_NAME, "h1").text
    assert requests(browser, address) == [address]
    assert complaints(browser) == []
