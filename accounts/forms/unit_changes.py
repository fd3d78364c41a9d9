"""Asking that something about a unit be changed: a form for each kind."""

from typing import Any

from django import forms

from accounts.enums import UnitChangeKind
from accounts.forms.reasoned import SLACK
from accounts.forms.stationing import ReasonAndPaper, StationingRulingForm
from accounts.models import Organization
from accounts.selectors.unit_changes import unit_to_merge_into
from accounts.services.unit_changes import WantedChange
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.web.hidden import CountField


class RenameForm(ReasonAndPaper):
    new_name = forms.CharField(
        label="新的单位名称",
        max_length=SLACK,
        help_text="与新证照上的全称一致。",
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    field_order = ("new_name", "reason", "document")

    def __init__(self, *args: Any, unit: Organization, supervisors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].help_text = "更名批复或新的证照。照片或 PDF。"

    def wanted(self) -> WantedChange:
        return WantedChange(UnitChangeKind.RENAME, new_name=self.cleaned_data["new_name"])


class SupervisorForm(ReasonAndPaper):
    supervisor = forms.ModelChoiceField(
        label="新的主管部门",
        queryset=Organization.objects.none(),
        required=False,
        empty_label="无主管部门（由所在地人社部门管理）",
    )
    field_order = ("supervisor", "reason", "document")

    def __init__(self, *args: Any, unit: Organization, supervisors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["supervisor"]
        choice.queryset = supervisors
        choice.initial = unit.supervisor_id
        self.fields["document"].help_text = "变更隶属关系的文件。照片或 PDF。"

    def wanted(self) -> WantedChange:
        return WantedChange(UnitChangeKind.SUPERVISOR, other=self.cleaned_data["supervisor"])


class MergeForm(ReasonAndPaper):
    target = forms.CharField(
        label="并入单位的统一社会信用代码",
        max_length=SLACK,
        help_text="18 位。对方单位同意后，由其主管部门或人社部门批准。",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("target", "reason", "document")

    def __init__(self, *args: Any, unit: Organization, supervisors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].help_text = "合并、撤并的批复。照片或 PDF。"

    def wanted(self) -> WantedChange:
        return WantedChange(UnitChangeKind.MERGE, other=unit_to_merge_into(normalise(self.cleaned_data["target"])))


FORMS: dict[UnitChangeKind, type[RenameForm | SupervisorForm | MergeForm]] = {
    UnitChangeKind.RENAME: RenameForm,
    UnitChangeKind.SUPERVISOR: SupervisorForm,
    UnitChangeKind.MERGE: MergeForm,
}


class UnitChangeRulingForm(StationingRulingForm):
    """`stage`: of which the page spoke."""

    stage = CountField(error_messages={"required": "页面内容不完整，请刷新后重试。"})
