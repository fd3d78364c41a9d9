from django.urls import path

from accounts.views import people, registering, sign_in, units

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("profile/", sign_in.profile, name="profile"),
    path("profile/password/", sign_in.change_password, name="change_password"),
    path("register/", registering.register, name="register"),
    path("register/unit/", units.register_unit, name="register_unit"),
    path("registration/", registering.registration, name="registration"),
    path("units/find/", registering.find_units, name="find_units"),
    path("people/", people.people, name="people"),
    path("people/registrations/", people.people_to_approve, name="people_to_approve"),
    path("people/registrations/<uuid:ref>/", people.review_person, name="review_person"),
    path("units/registrations/", units.units_to_approve, name="units_to_approve"),
    path("units/registrations/<uuid:ref>/", units.review_unit, name="review_unit"),
]
