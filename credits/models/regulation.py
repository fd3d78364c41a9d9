"""The regulation of hours as dated data: every number has its years, its place, its clause and its certainty.

Loaded by `manage.py load_regulation` from `credits/regulation/*.yaml`, idempotently, ids kept; changed at the bureaus'
desk by drafts that a second person approved (`rule_drafts`).
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from ceportal.kernel.models import Referenced
from credits.enums import Artefact, FieldStatus, RuleOrigin


class RuleSet(Referenced):
    """What holds in a place (and below it, unless a nearer one says otherwise) from one year to another.

    `area_code` is `CN` for the whole country. An empty `levels` or `trade` means everybody's. `file_digest` is of what
    its file said when that was last taken over; what the file says otherwise since a desk has written here is reported
    and not taken over (`file_set_aside`).
    """

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    area_code = models.CharField(max_length=6)
    trade = models.CharField(max_length=40, blank=True)
    levels = models.JSONField(default=list, blank=True)
    year_from = models.PositiveSmallIntegerField()
    year_to = models.PositiveSmallIntegerField(null=True, blank=True)
    document = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=300, blank=True)
    origin = models.CharField(max_length=4, choices=RuleOrigin.choices, default=RuleOrigin.FILE)
    file_digest = models.CharField(max_length=64, blank=True)
    file_set_aside = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "规则集"
        ordering: ClassVar = ["area_code", "year_from", "code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(year_to__isnull=True) | Q(year_to__gte=models.F("year_from")),
                name="a_rule_set_ends_after_it_began",
            )
        ]

    def __str__(self) -> str:
        return self.name


class RuleValue(models.Model):
    """One number or setting of a rule set, with the clause it comes from."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="values")
    field = models.CharField(max_length=40)
    value = models.CharField(max_length=300)
    clause = models.CharField(max_length=80)
    status = models.CharField(max_length=10, choices=FieldStatus.choices)

    class Meta:
        verbose_name = verbose_name_plural = "规则"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule_set", "field"], name="a_rule_set_says_a_thing_once"),
            models.CheckConstraint(condition=~Q(clause=""), name="a_rule_names_its_clause"),
        ]

    def __str__(self) -> str:
        return f"{self.field}={self.value}"


class Activity(models.Model):
    """A way to earn hours (S1-05, S2-05, S3-03, S4-07), what a declaration of it must tell and what it must show.

    `asks` names details (`credits.rules.details`), `labels` what a column is called here (题名, 论文题目), `leaves_out`
    the columns that have no meaning here. `artefact` is the kind of thing that counts once (A29).
    """

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=60)
    explanation = models.CharField(max_length=300, blank=True)
    is_attended = models.BooleanField(default=True)
    evidence = models.JSONField(default=list, blank=True)
    asks = models.JSONField(default=list, blank=True)
    labels = models.JSONField(default=dict, blank=True)
    leaves_out = models.JSONField(default=list, blank=True)
    artefact = models.CharField(max_length=12, choices=Artefact.choices, blank=True)
    clause = models.CharField(max_length=80)
    status = models.CharField(max_length=10, choices=FieldStatus.choices)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "学习方式"
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return self.name
