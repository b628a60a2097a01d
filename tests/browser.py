"""A real browser without a window, as the tests of our pages drive it."""

import os
import shutil
import warnings

import pytest

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
ALONE = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1200,1400"]


def started(profile):
    """A browser of one's own; where none is installed the test is skipped loudly, and fails in CI."""
    if not (CHROMIUM and DRIVER):
        if os.environ.get("CI"):
            pytest.fail("chromium and chromedriver are not installed")
        warnings.warn("NO BROWSER: chromium and chromedriver are not installed", pytest.PytestWarning, stacklevel=1)
        pytest.skip("NO BROWSER: chromium and chromedriver are not installed")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in [*ALONE, *QUIET, f"--user-data-dir={profile}"]:
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.implicitly_wait(10)
    return driver
