"""What our pages carry hidden and give back."""

import re
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from ceportal.kernel.models import StoredFile

_COUNT = re.compile(r"[1-9][0-9]{0,8}")
_BROKEN = "页面内容不完整，请刷新后重试。"


class CountField(forms.CharField):
    """A number from 1 on, read as we wrote it: in ASCII digits and in no other way.

    Django's own field of numbers reads ٤ and ４ as 4, and "4.0" too.
    """

    widget = forms.HiddenInput
    default_error_messages: ClassVar = {"required": _BROKEN}

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"label": "页面"} | options))

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        if not _COUNT.fullmatch(str(value)):
            raise ValidationError(_BROKEN, code="invalid")
        return int(value)


class KeepsFile(forms.Form):
    """A form with a file: what came with an earlier try of the page is carried to the next one as `kept`."""

    kept = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def keep(self, stored: StoredFile | None) -> None:
        if stored is not None:
            data = cast(QueryDict, self.data).copy()
            data["kept"] = str(stored.ref)
            self.data = data
