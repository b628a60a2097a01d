"""Our pages in a real browser: log in and redeem a code through the form; no page breaks its own policy."""

import pytest

from tests.browser import started
from tests.make import make_code, make_collectible, make_distribution
from users.models import User


@pytest.fixture
def browser(tmp_path):
    driver = started(tmp_path)
    yield driver
    driver.quit()


def test_staff_log_in_and_redeem_a_code_through_the_form(browser, live_server, real_db):
    User.objects.create_superuser("root", "a-long-password-1")
    code = make_code(make_distribution(make_collectible(circulation=50))).code

    browser.get(f"{live_server.url}/api/v1/redemptions/")
    browser.find_element("link text", "Log in").click()
    browser.find_element("name", "username").send_keys("root")
    browser.find_element("name", "password").send_keys("a-long-password-1")
    browser.find_element("css selector", "[type=submit]").click()
    browser.find_element("name", "code").send_keys(code)
    browser.find_element(
        "css selector", "#post-object-form [type=submit], form[method=POST] button.btn-primary"
    ).click()

    answer = page_that_says(browser, "HTTP 201")
    assert '"mint"' in answer


def test_no_page_needs_what_the_content_security_policy_forbids(browser, live_server):
    for path in ["/", "/c/", "/c/7Q2M4K9XABG", "/api/docs/", "/api/v1/collectibles/", "/admin/login/", "/nowhere/"]:
        browser.get(f"{live_server.url}{path}")
        if path == "/api/docs/":
            browser.find_element("css selector", ".swagger-ui .opblock")  # drawn by its script

    said = [entry["message"] for entry in browser.get_log("browser")]
    assert [message for message in said if "Content Security Policy" in message] == []


def page_that_says(browser, words):
    """The answer's text, once the page with these words has taken the place of the one before."""
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.support.wait import WebDriverWait

    def text_with_words(driver):
        text = driver.find_element("css selector", ".response-info").text
        return text if words in text else None

    return WebDriverWait(browser, 20, ignored_exceptions=[StaleElementReferenceException]).until(text_with_words)
