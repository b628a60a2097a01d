"""What is not the API: the front page, what a load balancer asks, and the frame of every page for anybody."""

from django.http import HttpRequest

from .app_links import android, apple
from .health import live, out_of_step, pending_migrations, ready
from .public import Page, astray, public_page

__all__ = [
    "Page",
    "android",
    "apple",
    "astray",
    "front",
    "live",
    "out_of_step",
    "pending_migrations",
    "public_page",
    "ready",
]


@public_page(may_be_old=False)
def front(request: HttpRequest) -> Page:
    return Page("pages/front.html", is_same_for_everybody=True)
