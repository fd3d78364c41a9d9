"""The teaching side: lists of the recognised, courses, what institutions disclose."""

from bases.models.courses import Course
from bases.models.recognition import Absence, Disclosure, Recognition

__all__ = ["Absence", "Course", "Disclosure", "Recognition"]
