"""Writes a picture of each view to the folder SCREENSHOTS (`make screenshots`). Nothing is compared with them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from emulator.ministack import ROOT
from playwright.sync_api import expect

from .conftest import DESKTOP, PHONE, Visiting
from .visit import VIEWS, Visit

FOLDER = ROOT / Path(os.environ.get("SCREENSHOTS", "target/screenshots"))

SIZES = {"desktop": DESKTOP, "phone": PHONE}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures(visiting: Visiting, theme: str, size: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    visit: Visit = visiting(theme, SIZES[size])

    def take(name: str) -> None:
        visit.settle()
        visit.page.screenshot(path=FOLDER / f"{name}-{theme}{'-phone' if size == 'phone' else ''}.png")

    visit.open()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    take("sign-in")
    visit.fill_in(visit.deployed.api_key, visit.deployed.token)
    for view in VIEWS:
        visit.go_to(view)
        take(view.lower())
    visit.go_to("Resources")
    visit.main.get_by_role("button", name="Open batch", exact=True).click()
    expect(visit.page.get_by_role("complementary")).to_be_visible()
    take("resource")
