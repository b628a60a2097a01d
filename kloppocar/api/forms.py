"""Forms of the admin that refuse what the API refuses, in the same words."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from drf_standardized_errors.formatter import flatten_errors
from rest_framework.exceptions import APIException

from .json import StrictJSONField


class RuledForm(forms.ModelForm):
    """A form whose values the API's serializer judges as well: all of a new row, of another those that changed."""

    rules: Any  # the serializer's class

    def clean(self) -> dict[str, Any]:
        super().clean()
        row = self.instance if self.instance.pk else None
        names = [name for name in self.cleaned_data if row is None or name in self.changed_data]
        said = {name: self.cleaned_data[name] for name in names}
        serializer = self.rules(row)
        for name in names:
            if validate := getattr(serializer, f"validate_{name}", None):
                said[name] = self.judged(validate, said[name], name)
        if not self.errors:
            said = self.judged(serializer.validate, said)
        return {name: value for name, value in {**self.cleaned_data, **said}.items() if name not in self.errors}

    def judged(self, validate: Callable[[Any], Any], value: Any, name: str | None = None) -> Any:
        """The value as the API would keep it; what it refuses stands beside its field."""
        try:
            return validate(value)
        except APIException as error:
            for each in flatten_errors(error.detail):
                place = name or each.attr
                self.add_error(place if place in self.fields else None, str(each.detail))
            return value


def ruled_by(serializer: Any) -> type[RuledForm]:
    return type("RuledForm", (RuledForm,), {"rules": serializer})


class JSONFormField(forms.JSONField):
    """JSON as strict as the API's."""

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
            return found if found is None else StrictJSONField().to_internal_value(found)
        except RecursionError:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value}) from None
        except APIException as error:
            raise ValidationError([str(each) for each in error.detail]) from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return InvalidJSONInput(data)
