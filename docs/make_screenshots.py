"""Make docs/screenshots from the demo: `python docs/make_screenshots.py` (needs Chromium).

Runs `manage.py up --demo` in a folder of its own and ends it afterwards.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
READY = "is ready at"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: `clicks` are the links to follow from `path`."""

    name: str
    path: str = "/admin/"
    clicks: tuple[str, ...] = ()
    scheme: str = "light"
    language: str = "en"
    width: int = 1280
    height: int = 900


_FIRST_ROW = "#result_list tbody tr >> nth=0 >> th a"

SHOTS = (
    Shot("dashboard-light", height=1120),
    Shot("dashboard-dark", scheme="dark", height=1120),
    Shot("dashboard-phone", width=390, height=844),
    Shot("list", clicks=(".ba-list >> nth=0 >> .ba-list-name a",)),
    Shot("dashboard-japanese", language="ja", height=1120),
    Shot(
        "diagnosis",
        "/admin/diagnostics/diagnosticrun/",
        ("#result_list tbody tr >> nth=0 >> a >> nth=0",),
        height=1100,
    ),
    Shot("how-to-send", "/admin/lists/campaign/", (_FIRST_ROW, "text=How to send")),
    Shot("clean", "/admin/lists/mailinglist/", ("text=Harbour newsletter", "text=Clean the list…")),
    Shot("address", "/admin/lists/suppression/", (_FIRST_ROW, ".ba a[href*='address'] >> nth=0")),
    Shot(
        "bounce", "/admin/bounces/bounceevent/", ("#result_list tbody tr >> nth=0 >> a >> nth=0",)
    ),
)


@contextmanager
def demo(password: str) -> Iterator[str]:
    """The address of a running, filled demo."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        command = [sys.executable, "manage.py", "up", "--demo", "--port", str(port)]
        environment = os.environ | {"DATA_DIR": folder, "ADMIN_PASSWORD": password}
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                if not any(READY in line for line in process.stdout):
                    raise SystemExit("The demo ended before it was ready.")
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()
                process.communicate()


def log_in(page: Page, password: str) -> None:
    page.goto("/admin/")
    page.locator("input[name=username]").fill("admin")
    page.locator("input[name=password]").fill(password)
    page.locator("[type=submit]").first.click()


def take(browser: Browser, address: str, password: str, shot: Shot) -> Path:
    """Make one picture and return where it is."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": shot.width, "height": shot.height},
        color_scheme=shot.scheme,
        locale=shot.language,
    )
    page = context.new_page()
    log_in(page, password)
    page.goto(shot.path)
    for link in shot.clicks:
        page.locator(link).click()
    page.wait_for_load_state("networkidle")
    target = FOLDER / f"{shot.name}.png"
    page.screenshot(path=target)
    context.close()
    return target


def main() -> None:
    password = secrets.token_urlsafe(12)
    FOLDER.mkdir(exist_ok=True)
    with demo(password) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for shot in SHOTS:
            target = take(browser, address, password, shot)
            print(f"{target.relative_to(ROOT)}: {target.stat().st_size // 1024} KiB")
        browser.close()


if __name__ == "__main__":
    main()
