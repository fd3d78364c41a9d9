"""The teaching side: lists of the recognised, courses, what institutions disclose, their classes."""

from bases.models.classes import Attendance, ClassConsent, ClassConsentRuling, Enrolment, PlanItem, TrainingClass
from bases.models.courses import Course
from bases.models.recognition import Absence, Disclosure, Recognition

__all__ = [
    "Absence",
    "Attendance",
    "ClassConsent",
    "ClassConsentRuling",
    "Course",
    "Disclosure",
    "Enrolment",
    "PlanItem",
    "Recognition",
    "TrainingClass",
]
