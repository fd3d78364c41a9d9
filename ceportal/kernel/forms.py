"""How every form of the portal is drawn: label above, help before the field, error beside it."""

from django.forms.renderers import TemplatesSetting


class FieldRenderer(TemplatesSetting):
    form_template_name = "kernel/form.html"
    field_template_name = "kernel/field.html"
