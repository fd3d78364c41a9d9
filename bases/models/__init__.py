"""The teaching side: lists of the recognised, courses, what institutions disclose, their classes, plans of units."""

from bases.models.archive import ClassFeedback, ClassFollowUp, ClassPaper
from bases.models.assessments import Assessment, AssessmentRound
from bases.models.classes import Attendance, ClassConsent, ClassConsentRuling, Enrolment, PlanItem, TrainingClass
from bases.models.complaints import Complaint, ComplaintRuling
from bases.models.courses import Course, CourseFiling, Textbook
from bases.models.credit_notes import CreditNote
from bases.models.plans import PlanInspection, PlanPaper, TrainingPlan, TrainingPlanItem, TrainingPlanRuling
from bases.models.recognising import LinkCheck, RecognitionRequest, RecognitionRequestRuling
from bases.models.recognition import Absence, Disclosure, Recognition
from bases.models.teachers import ClassTeacher, Seminar, Teacher

__all__ = [
    "Absence",
    "Assessment",
    "AssessmentRound",
    "Attendance",
    "ClassConsent",
    "ClassConsentRuling",
    "ClassFeedback",
    "ClassFollowUp",
    "ClassPaper",
    "ClassTeacher",
    "Complaint",
    "ComplaintRuling",
    "Course",
    "CourseFiling",
    "CreditNote",
    "Disclosure",
    "Enrolment",
    "LinkCheck",
    "PlanInspection",
    "PlanItem",
    "PlanPaper",
    "Recognition",
    "RecognitionRequest",
    "RecognitionRequestRuling",
    "Seminar",
    "Teacher",
    "Textbook",
    "TrainingClass",
    "TrainingPlan",
    "TrainingPlanItem",
    "TrainingPlanRuling",
]
