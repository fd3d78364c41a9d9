"""What a stranger types in to check a certificate on paper."""

from django import forms

from certificates.rules.numbers import LONGEST_TYPED, read_number


class LookUpForm(forms.Form):
    number = forms.CharField(
        label="证书编号",
        help_text="印在证书右上角，例如 410100-2026-0000000-B；横线和空格可以不输。",
        max_length=LONGEST_TYPED,
        error_messages={"required": "请填写证书编号。", "max_length": "证书编号没有这么长，请核对。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "text"}),
    )
    name = forms.CharField(
        label="持证人姓名",
        max_length=50,
        error_messages={"required": "请填写证书上的姓名。", "max_length": "姓名最多 50 个字。"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        """Only the check character is judged here: it tells a slip of the finger from an unknown number."""
        typed = self.cleaned_data["number"]
        if read_number(typed) is None:
            raise forms.ValidationError("证书编号不正确：最后一位与前面的字符不符，或位数不对。请对照证书再输一次。")
        return typed
