"""The town of the tests itself stands: everybody can be made together."""

from accounts.enums import Duty
from accounts.selectors.duties import bureau_of, duties_of, second_reviewer_of


def test_the_town_stands(
    declarant, lone_declarant, employer_reviewer, authority_reviewer, stranger, city_officer, county_officer,
    province_officer, operator, base_teacher, platform_manager, employer, lone_employer, authority, county_bureau,
):  # fmt: skip
    assert second_reviewer_of(employer) == authority
    assert second_reviewer_of(lone_employer) == county_bureau == bureau_of(declarant.area)
    assert {membership.duty for membership in duties_of(stranger)} >= {Duty.REVIEW_HOURS}
    assert declarant.id_index != lone_declarant.id_index


def test_a_bureau_that_employs_people_does_not_review_them_twice(county_bureau, city_bureau, province_bureau):
    """A24: the next bureau up is the second reviewer; above the province there is none, and two people there do."""
    assert second_reviewer_of(county_bureau) == city_bureau
    assert second_reviewer_of(city_bureau) == province_bureau
    assert second_reviewer_of(province_bureau) == province_bureau
