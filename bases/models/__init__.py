"""The teaching side: lists of the recognised, courses, what institutions disclose, their classes, plans of units."""

from bases.models.assessments import Assessment, AssessmentRound
from bases.models.classes import Attendance, ClassConsent, ClassConsentRuling, Enrolment, PlanItem, TrainingClass
from bases.models.complaints import Complaint, ComplaintRuling
from bases.models.courses import Course
from bases.models.plans import PlanInspection, PlanPaper, TrainingPlan, TrainingPlanItem, TrainingPlanRuling
from bases.models.recognition import Absence, Disclosure, Recognition

__all__ = [
    "Absence",
    "Assessment",
    "AssessmentRound",
    "Attendance",
    "ClassConsent",
    "ClassConsentRuling",
    "Complaint",
    "ComplaintRuling",
    "Course",
    "Disclosure",
    "Enrolment",
    "PlanInspection",
    "PlanItem",
    "PlanPaper",
    "Recognition",
    "TrainingClass",
    "TrainingPlan",
    "TrainingPlanItem",
    "TrainingPlanRuling",
]
