"""What stands on the second sheet of a template, for a clerk who fills it in for the first time."""

from collections.abc import Iterable, Iterator

from accounts.enums import TitleLevel, UnitNature
from ceportal.kernel.rules.sheets import MEGABYTE, MOST_BYTES
from ceportal.office.enums import TakenKind
from ceportal.office.rules import taking_over as rules
from ceportal.office.rules.taking_over import COLUMNS, OPTIONAL

SHEET, GUIDE = "数据", "填写说明"
_WIDTHS = {
    rules.USCC: 24, rules.UNIT: 36, rules.ID: 24, rules.WORKS_AT: 36, rules.TITLE: 44, rules.SUPERVISOR: 28,
    rules.NUMBER: 28, rules.ISSUER: 32, rules.PHONE: 18, rules.MOBILE: 16,
}  # fmt: skip
_FOR = {
    TakenKind.UNITS: "把原来系统里的用人单位转入本平台。最先做这一步：人员要有单位才能接收。",
    TakenKind.PEOPLE: "把原来系统里的专业技术人员转入本平台。先接收单位，再接收人员。",
    TakenKind.HOURS: "把往年已经认定的学时转入本平台。先接收人员，再接收学时。",
    TakenKind.CERTIFICATES: "把往年已经发放的继续教育证书登记到本平台，可以按编号和姓名查验。先接收人员，再接收证书。",
}
_HOW: dict[str, str] = {
    rules.USCC: "18 位，字母用大写。没有统一社会信用代码的单位不能用表格接收，请让单位自己注册。",
    rules.UNIT: "单位全称，与公章一致。",
    rules.NATURE: f"填其中一个：{'、'.join(UnitNature.labels)}。",
    rules.PLACE: "6 位行政区划代码（例如 410202），或平台上的地区名称。只能填本地区及下级地区。",
    rules.SUPERVISOR: "行业主管部门在平台上登记的名称。没有主管部门的不填，由人社部门直接管理。",
    rules.CONTACT: "负责继续教育的人的姓名。",
    rules.PHONE: "办公电话，带区号，例如 0371-23456789；没有座机的填手机号码。",
    rules.ID: "居民身份证 18 位，最后一位是 X 的也要填；港澳台和外国人填证件上的号码。",
    rules.NAME: "与证件一致。少数民族姓名中间的点写“·”。",
    rules.MOBILE: "11 位，本人正在使用的号码，一人一个。本人以后用它找回密码、第一次登录。",
    rules.WORKS_AT: "单位的统一社会信用代码，或与平台一致的单位全称。一人只填一个主要单位。",
    rules.DEPARTMENT: "科室、院系、车间等，可以不填。",
    rules.SERIES: "按下面列出的名称填写；没有职称的不填。",
    rules.LEVEL: f"填其中一个：{'、'.join(level for level in TitleLevel.labels if level != '无')}；没有职称的不填。",
    rules.SINCE: "取得现在职称的日期，例如 2019-12-01。不知道的不填。",
    rules.SUBJECT: "填“公需科目”或“专业科目”。两个科目的学时分两行填。",
    rules.PUBLIC_KIND: "公需科目分必修、选修的地方填“必修课”或“选修课”；其他情况不填。",
    rules.TITLE: "培训或课程的名称。原系统只有年度合计的，写明来历，例如“2023 年度公需科目学时（原平台合计）”。",
    rules.STARTED: "例如 2023-03-01。原系统只有年度合计的，填那一年的 1 月 1 日。",
    rules.ENDED: "例如 2023-03-03。学时计入结束日期所在的年度。原系统只有年度合计的，填那一年的 12 月 31 日。",
    rules.HOURS: "以 0.5 为单位，例如 8 或 8.5，一行最多 90。",
    rules.YEAR: "证书上的年度，例如 2023。",
    rules.NUMBER: "与证书上印的完全一致。",
    rules.ISSUED: "例如 2024-01-15。",
    rules.ISSUER: "证书上印的发证单位。",
    rules.TOTAL: "证书上的总学时，可以不填。",
}
_AFTER = {
    TakenKind.UNITS: (
        "接收后，单位就在注册时的单位列表里。单位管理员由单位指定一人，在登录页点“接手单位管理”申请，由您核准。",
        "平台上已有同一代码的单位，不会重复，也不会改动原来的内容。",
    ),
    TakenKind.PEOPLE: (
        "接收后，人员就是已核准的状态，归在所填单位名下。",
        "本人第一次使用：打开登录页，点“忘记密码”，用证件号码和收到的短信验证码设置密码。不要替本人设置密码。",
        "平台上已有同一证件号码的人员，不会重复，也不会改动原来的内容。手机号码已被别的账号使用的，会提示错误。",
    ),
    TakenKind.HOURS: (
        "接收的学时按所属年度当时的规定核算：不结转到别的年度，也不会自动生成新证书。",
        "与平台上已有的同一次学习，不会重复计入；一天学时过多、与别的学习时间重叠的，接收后进入“待核实学时”。",
        "每条学时都标明是接收的、从哪里来，本人在“学时明细”里能看到。",
    ),
    TakenKind.CERTIFICATES: (
        "接收的证书标明由谁发放、从哪里来。查验时显示“由原系统发放”，本平台不重新签名、不提供下载。",
        "有了接收的证书的年度，平台不再为本人生成同一年度的证书。",
    ),
}


def widths(kind: TakenKind) -> list[int]:
    return [_WIDTHS.get(column, 14) for column in COLUMNS[kind]]


def about(kind: TakenKind) -> str:
    """What it is for, and when."""
    return _FOR[kind]


def how(kind: TakenKind) -> list[tuple[str, bool, str]]:
    """Each column, whether it must be filled in, and how."""
    return [(column, column not in OPTIONAL, _HOW[column]) for column in COLUMNS[kind]]


def guide(kind: TakenKind, *, series: Iterable[str] = ()) -> Iterator[str]:
    """Line by line. `series` are the names of title series, where people are taken over."""
    yield f"这份表格用来：{_FOR[kind]}"
    yield f"请在“{SHEET}”表中填写，从第 2 行开始，一行一个。不要改动第 1 行的表头，不要合并单元格，不要使用公式。"
    yield "所有列都已设为文本格式。从别处复制时，请选择“只粘贴值”，证件号码和代码才不会变样。"
    yield ""
    for column, must, words in how(kind):
        yield f"{column}（{'必填' if must else '可不填'}）：{words}"
    if kind == TakenKind.PEOPLE:
        yield f"职称系列的名称：{'、'.join(series)}。"
    yield ""
    yield "接收以后："
    yield from _AFTER[kind]
    yield ""
    yield "上传后怎么做："
    yield "一、平台逐行核对，告诉您每一行是新增、平台已有，还是有错误（哪一行、哪一列、为什么）。这时什么都没有写入。"
    yield "二、有错误的行可以下载清单，改正后重新上传；也可以选择先接收没有错误的行。"
    yield "三、提交后，由另一位经办人核对并确认，平台在后台接收，可以随时查看进度。"
    yield "四、发现整份文件弄错了，可以整份撤销，写明原因即可。本人已经登录使用的账号会保留，并列出名单。"
    yield f"一份文件最多 {rules.MOST_LINES:,} 行、{MOST_BYTES // MEGABYTE} MB，超过的请分成几份。文件本身不保存。"
