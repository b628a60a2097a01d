"""manage.py attach_cognito STAGE: Cognito calls the stage's function when a sign-up is confirmed."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kloppocar import aws, stage, user_pool
from kloppocar.user_pool import Attachment, Change


class Command(BaseCommand):
    help = (
        "Attach the stage's function to its user pool's PostConfirmation trigger and let Cognito call it; every other"
        " setting of the pool stays. Exit 1 when --check finds a difference or AWS refuses, 2 for wrong usage."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("stage", metavar="STAGE", help="a stage of zappa_settings.json")
        parser.add_argument("--pool", metavar="ID", help="the user pool; otherwise the one that the stage is set to")
        parser.add_argument("--check", action="store_true", help="change nothing; exit 1 on a difference")
        parser.add_argument("--detach", action="store_true", help="take the function off the trigger, before it goes")
        parser.add_argument("--replace", action="store_true", help="take the trigger over from a function that exists")
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            attachment = attachment_of(options["stage"], options["pool"])
            changes = carry_out(attachment, options)
        except stage.StageError as error:
            raise CommandError(str(error), returncode=2) from error
        except (aws.AWSError, user_pool.NotOurs) as error:
            raise CommandError(str(error)) from error
        self.report(attachment, changes, options)
        if options["check"] and changes and not options["detach"]:
            raise CommandError(f"Not attached. `manage.py attach_cognito {options['stage']}` mends it.")

    def report(self, attachment: Attachment, changes: list[Change], options: dict[str, Any]) -> None:
        if options["json"]:
            answer = {
                "pool": attachment.pool_id,
                "function": attachment.function,
                "changed": bool(changes) and not options["check"],
                "changes": [vars(change) for change in changes],
            }
            self.stdout.write(json.dumps(answer))
            return
        for change in changes:
            self.stdout.write(f"{change.setting}: {change.before or 'none'} -> {change.after or 'none'}")
        if not changes:
            does = "does not answer" if options["detach"] else "answers"
            self.stdout.write(f"{attachment.function} {does} {attachment.pool_id}: nothing to change")


def carry_out(attachment: Attachment, options: dict[str, Any]) -> list[Change]:
    if options["detach"]:
        return attachment.detach()
    return attachment.differences() if options["check"] else attachment.attach(replace=options["replace"])


def attachment_of(name: str, pool_id: str | None) -> Attachment:
    """The stage's function and its pool: as asked, or as the stage's file, its function or our settings say."""
    cli = stage.load(name)
    function, region = cli.lambda_name, cli.aws_region or settings.AWS_REGION
    pool = pool_id or stage.variable(cli, "COGNITO_USER_POOL_ID")
    pool = pool or user_pool.pool_named_by(function, region) or settings.COGNITO_USER_POOL_ID
    if not pool:
        raise stage.StageError(f"Stage {name} names no user pool: set COGNITO_USER_POOL_ID, or say --pool.")
    if not pool.startswith(f"{region}_"):
        raise stage.StageError(f"User pool {pool} is not in {region}, where the stage's function is.")

    def is_retired(other: str) -> bool:
        """One of this project's functions, of a stage that is no more."""
        live = {stage.load(each).lambda_name for each in cli.zappa_settings}
        return other.startswith(f"{cli.project_name}-") and other not in live

    return Attachment(pool, function, region, stage.alias(cli), is_retired)
