"""What an old parameter narrows a list to: each takes the rows, its own name and value, and the request."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.fields.json import KT
from rest_framework.exceptions import PermissionDenied

from collectibles.models import CollectibleSponsor
from kloppocar.api.localized import LocalizedField
from kloppocar.api.permissions import is_administrator
from users.emails import as_stored
from users.models import User

from . import parameters, sealed

Narrowing = Callable[[QuerySet, str, Any, Any], QuerySet]


def by(column: str) -> Narrowing:
    """Rows of that id."""
    return lambda rows, name, value, request: rows.filter(**{column: parameters.number(name, value)})


def by_sealed(column: str, table: str) -> Narrowing:
    """Rows of that id, which people know sealed."""

    def narrow(rows: QuerySet, name: str, value: Any, request: Any) -> QuerySet:
        return rows.filter(**{column: sealed.unseal(table, parameters.number(name, value), request)})

    return narrow


def held(table: str, **still: Any) -> Narrowing:
    """The row of a sealed id, whoever may list such rows: only who was given the id has it, and has it as long as the
    row is `still` so. Staff have it for good.
    """

    def narrow(rows: QuerySet, name: str, value: Any, request: Any) -> QuerySet:
        known = rows.model._default_manager.filter(pk=sealed.unseal(table, parameters.number(name, value), request))
        return known if is_administrator(request.user) else known.filter(**still)

    return narrow


def owned(rows: QuerySet, name: str, value: Any, request: Any) -> QuerySet:
    """What somebody has whom one may know of."""
    return rows.filter(owner=parameters.number(name, value), owner__in=User.objects.visible_to(request.user))


def sponsored(rows: QuerySet, name: str, value: Any, request: Any) -> QuerySet:
    """What a sponsor sponsors whose word is shown."""
    words = CollectibleSponsor.objects.visible_to(request.user).filter(sponsor=parameters.number(name, value))
    return rows.filter(pk__in=words.values("collectible"))


def since(column: str) -> Narrowing:
    return lambda rows, name, value, request: rows.filter(**{f"{column}__gte": parameters.moment(name, value)})


def whether(column: str) -> Narrowing:
    """Rows where that column is set, or is not."""
    return lambda rows, name, value, request: rows.filter(
        **{f"{column}__isnull": not parameters.yes_or_no(name, value)}
    )


def part_of(*columns: str) -> Narrowing:
    """Rows with that part of a text, whatever its language, ignoring case."""

    def narrow(rows: QuerySet, name: str, value: Any, request: Any) -> QuerySet:
        wanted, condition = parameters.text(name, value), Q()
        for number, expression in enumerate(each for column in columns for each in texts_of(rows.model, column)):
            rows = rows.alias(**{f"text_{number}": expression})
            condition |= Q(**{f"text_{number}__contains_text": wanted})
        return rows.filter(condition)

    return narrow


def texts_of(model: Any, column: str) -> list[Any]:
    """The expressions of a column's texts; `organization__type` is a text inside of JSON."""
    if "__" in column:
        return [KT(column)]
    if isinstance(model._meta.get_field(column), LocalizedField):
        return [KT(f"{column}__{language}") for language in settings.CONTENT_LANGUAGES]
    return [F(column)]


def own(column: str | None, *, also_staff: bool = False) -> Narrowing:
    """One's own rows, somebody else's are refused. Without a column the rows are the caller's anyway."""

    def narrow(rows: QuerySet, name: str, value: Any, request: Any) -> QuerySet:
        pk = parameters.number(name, value)
        if pk != request.user.pk and not (also_staff and is_administrator(request.user)):
            raise PermissionDenied
        return rows.filter(**{column: pk}) if column else rows

    return narrow


def mine_since(owner: str, column: str) -> Narrowing:
    return lambda rows, name, value, request: since(column)(rows, name, value, request).filter(
        **{owner: request.user.pk}
    )


def own_address(rows: QuerySet, name: str, value: Any, request: Any) -> QuerySet:
    """Who has that e-mail: oneself, or nobody that one may know of. Staff find anybody."""
    found = rows.filter(email=as_stored(parameters.text(name, value, 254)))
    return found if is_administrator(request.user) else found.filter(pk=request.user.pk)


def username(rows: QuerySet, name: str, value: Any, request: Any) -> QuerySet:
    return rows.filter(username_key=parameters.text(name, value).lower())
