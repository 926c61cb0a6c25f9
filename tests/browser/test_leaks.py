"""No page asks the network for anything, and the browser of these tests could not reach it: both are seen to fail."""

from __future__ import annotations

import pytest

from tests.browser.states import LANGUAGES
from tools.browser import unfold

OUT = "http://outside.example/x"
WAYS = {
    "a picture": f"<img src='{OUT}'>",
    "a picture in a picture": f"<svg><image href='{OUT}'/></svg>",
    "a picture behind": f"<style>p {{ background: url({OUT}) }}</style>",
    "a sheet": f"<link rel='stylesheet' href='{OUT}'>",
    "a sheet of a sheet": f"<style>@import '{OUT}';</style>",
    "a font": f"<style>@font-face {{ font-family: F; src: url({OUT}) }} p {{ font-family: F }}</style>",
    "a film": f"<video src='{OUT}' preload='auto'></video>",
    "a page within": f"<iframe src='{OUT}'></iframe>",
    "another page": f"<meta http-equiv='refresh' content='0;url={OUT}'>",
    "a script": f"<script src='{OUT}'></script>",
    "a call": f"<script>fetch('{OUT}').catch(() => 0)</script>",
    "a number of a host": "<script>fetch('http://192.0.2.7/x').catch(() => 0)</script>",
    "this computer": "<script>fetch('http://127.0.0.1:9/x').catch(() => 0)</script>",
    "a parting word": f"<script>navigator.sendBeacon('{OUT}')</script>",
    "a stream": f"<script>new EventSource('{OUT}')</script>",
    "a socket": "<script>new WebSocket('ws://outside.example/x')</script>",
    "a worker": f"<script>new Worker(URL.createObjectURL(new Blob([`importScripts('{OUT}')`])))</script>",
    "another caller": "<script>new RTCPeerConnection({iceServers: [{urls: 'stun:outside.example'}]})</script>",
    "a handshake": f"<link rel='preconnect' href='{OUT}'>",
    "a name looked up": f"<link rel='dns-prefetch' href='{OUT}'>",
    "an icon": f"<link rel='icon' href='{OUT}'>",
    "when a fold opens": f"<details ontoggle='fetch(`{OUT}`)'><summary>more</summary></details>",
}
CALLERS = """
for (const name of ["RTCPeerConnection", "WebTransport"]) {
  const made = window[name];
  window[name] = function (...given) { window.called = (window.called || []).concat(name); return new made(...given); };
}
"""
LINKS = "[...document.querySelectorAll('link')].map(one => one.href).filter(one => !one.startsWith('data:')).concat(window.called || [])"


class Watch:
    """All that a page asks for but itself. What its own policy forbids is seen too: that is lifted here."""

    def __init__(self, browser, url):
        self.asked, self.why = [], set()
        self.context = browser.new_context(bypass_csp=True)
        self.page = self.context.new_page()
        self.page.add_init_script(CALLERS)
        self.page.on(
            "request",
            lambda one: None if one.url.split("#")[0] == url or one.url.startswith(("data:", "blob:")) else self.asked.append(one.url),
        )
        self.page.on("requestfailed", lambda one: self.why.add(one.failure))
        self.page.on("websocket", lambda one: self.asked.append(one.url))
        self.page.goto(url)

    def read(self, milliseconds=400):
        """What was asked for, at once or when all folds are open and the end of the page is seen."""
        self.page.wait_for_timeout(milliseconds)
        if self.asked:
            return self.asked
        unfold(self.page)
        self.page.mouse.wheel(0, 100_000)
        self.page.wait_for_timeout(milliseconds)
        return self.asked + self.page.evaluate(LINKS)


@pytest.fixture
def watch(browser):
    made = []

    def begin(url):
        made.append(Watch(browser, url))
        return made[-1]

    yield begin
    for one in made:
        one.context.close()


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_page_asks_for_nothing_but_itself(name, files, watch):
    one = watch(files[name].as_uri())
    assert one.read() == []
    if one.page.locator("#switch").count():
        one.page.click("#switch")
    assert one.read() == []


@pytest.mark.parametrize("way", WAYS)
def test_a_page_that_asks_for_more_is_seen(way, tmp_path, watch):
    path = tmp_path / "page.html"
    path.write_text(f"<!DOCTYPE html><title>leak</title><p>text</p>{WAYS[way]}", encoding="utf-8")
    assert watch(path.as_uri()).read(), way


@pytest.mark.parametrize("way", ["a picture", "a number of a host"])
def test_no_host_but_this_computer_has_an_address_in_this_browser(way, tmp_path, watch):
    path = tmp_path / "page.html"
    path.write_text(f"<!DOCTYPE html><title>leak</title><p>text</p>{WAYS[way]}", encoding="utf-8")
    one = watch(path.as_uri())
    assert one.read() and one.why == {"net::ERR_NAME_NOT_RESOLVED"}
