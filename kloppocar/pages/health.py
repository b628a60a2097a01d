"""What a load balancer asks."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from kloppocar import triggers
from kloppocar.api.errors import RETRY_AFTER


def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """Database reachable, migrations applied, triggers in step; otherwise 503, naming what is not."""
    trouble = out_of_step()
    if not trouble:
        return JsonResponse({"status": "ok"})
    response = JsonResponse({"status": "unavailable", "out_of_step": trouble}, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def out_of_step() -> dict[str, list[str]]:
    """What keeps us from serving, by kind. Without its migrations a database cannot say which triggers it holds."""
    try:
        if pending := pending_migrations():
            return {"migrations": pending}
        names = triggers.out_of_step(connection)
    except DatabaseError:
        return {"database": ["unreachable"]}
    except triggers.TriggerError as error:
        names = [str(error)]
    return {"triggers": names} if names else {}


def pending_migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
