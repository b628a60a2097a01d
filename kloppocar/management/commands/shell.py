"""manage.py shell: every model is there already, and so are services, settings and what one reaches for."""

from django.core.management.commands import shell

MORE = [
    "django.conf.settings",
    "django.db.connection",
    "django.db.transaction",
    "django.utils.timezone",
    "collectibles.services.accept",
    "collectibles.services.cancel",
    "collectibles.services.claim_challenge",
    "collectibles.services.claim_mission",
    "collectibles.services.open_offer",
    "collectibles.services.preview",
    "collectibles.services.redeem",
    "kloppocar.exchange.registry.RESOURCES",
    "kloppocar.playground.api",
    "kloppocar.playground.codes",
    "kloppocar.playground.counted",
    "kloppocar.playground.explain",
    "kloppocar.playground.invariants",
    "kloppocar.playground.person",
    "kloppocar.playground.sql",
]


class Command(shell.Command):
    def get_auto_imports(self):
        return [*(super().get_auto_imports() or ()), *MORE]
