"""What is not the API: the front page, and what a load balancer asks."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from kloppocar import triggers
from kloppocar.api.errors import RETRY_AFTER


def front(request: HttpRequest) -> HttpResponse:
    return render(request, "front.html")


def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """Database reachable, migrations applied, triggers in step; otherwise 503, naming what is not."""
    try:
        missing = {"migrations": pending_migrations(), "triggers": triggers.out_of_step(connection)}
        trouble = {name: what for name, what in missing.items() if what}
    except DatabaseError:
        trouble = {"database": ["unreachable"]}
    if not trouble:
        return JsonResponse({"status": "ok"})
    response = JsonResponse({"status": "unavailable", "out_of_step": trouble}, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def pending_migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
