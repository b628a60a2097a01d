"""Run in a process beside a server of one's own: makes people and codes, or tells what became of them."""

import json
import secrets
import sys

import django


def make(number, codes):
    from tests.make import make_code, make_collectible, make_distribution, make_mission, make_user

    campaign = make_distribution(make_collectible(points=5))
    make_mission(kind="collect_count", goal=9, collection=campaign.collectibles.get().collection)
    people = [make_user(cognito_sub=secrets.token_hex(8)) for _ in range(number)]
    return {person.cognito_sub: [make_code(campaign).code for _ in range(codes)] for person in people}


def state():
    from collectibles.invariants import violations
    from collectibles.models import Grant

    grants = Grant.objects.values_list("user__cognito_sub", "code__code", "copy")
    return {"violations": violations(), "grants": list(grants)}


if __name__ == "__main__":
    django.setup()
    told = state() if sys.argv[1] == "state" else make(int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(json.dumps(told))
