from django.urls import path

from accounts.views import mail, outside, people, registering, resetting, safety, sign_in, units

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.ask_code, name="sign_in_code"),
    path("sign-in/set-up/", sign_in.set_up, name="sign_in_set_up"),
    path("sign-in/password/", sign_in.new_password, name="sign_in_password"),
    path("sign-in/outside/", outside.go_outside, name="outside"),
    path("sign-in/outside/back/", outside.come_back, name="outside_back"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("forgotten/", resetting.ask, name="forgotten"),
    path("forgotten/code/", resetting.set_anew, name="reset_password"),
    path("profile/", safety.profile, name="profile"),
    path("profile/password/", safety.change_password, name="change_password"),
    path("profile/mail/", mail.change_mail, name="change_mail"),
    path("profile/safety/", safety.safety, name="safety"),
    path("profile/safety/factor/", safety.set_up_factor, name="set_up_factor"),
    path("profile/safety/factor/end/", safety.end_factor, name="end_factor"),
    path("profile/safety/codes/", safety.renew_codes, name="renew_codes"),
    path("profile/safety/sessions/end/", safety.end_sessions, name="end_sessions"),
    path("profile/safety/devices/forget/", safety.forget_known_devices, name="forget_devices"),
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
