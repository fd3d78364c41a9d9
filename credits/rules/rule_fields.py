"""What a rule set may say, field by field: what each holds, what it may be, and how it is called on pages.

Every field is acted on or shown to those it binds. A value that the portal could not keep to is none of the `choices`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from credits.rules.requirements import HALF


class Kind(StrEnum):
    """What a field holds. Hours and counts are numbers; the rest are words."""

    HOURS = "hours"
    COUNT = "count"
    RATIO = "ratio"
    MONTH_DAY = "month_day"
    DAY = "day"
    FLAG = "flag"
    LINK = "link"
    TEXT = "text"


class Group(StrEnum):
    """The sections in which pages show the fields."""

    THRESHOLDS = "每年的学时要求"
    COUNTING = "怎样计算"
    DOUBTS = "哪些报送的学时先核实"
    TIME = "时间"
    REVIEW = "审核"
    CONTENT = "学习内容"
    CERTIFICATE = "证书和后果"


@dataclass(frozen=True)
class RuleField:
    """`choices` maps each value that may be chosen to its words; none for what is free within its kind. Hours and
    counts run from `least` to `most`, both included.
    """

    kind: Kind
    label: str
    group: Group
    help: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(1000)

    @property
    def values(self) -> Mapping[str, str]:
        """What may be chosen, a yes or no too."""
        return self.choices or (YES_NO if self.kind is Kind.FLAG else {})

    def in_words(self, text: str) -> str:
        """A value as pages show it, with its unit."""
        if text in self.values:
            return self.values[text]
        return f"{text} {self.unit}" if self.unit and text else text

    @property
    def unit(self) -> str:
        return "学时" if self.kind is Kind.HOURS else _UNITS.get(self.label, "")


A_DAY, SIXTY, MILLIONS = Decimal(24), Decimal(60), Decimal(9_999_999)
YES_NO = {"yes": "是", "no": "否"}
_UNITS = {
    "一学时的长度": "分钟",
    "用人单位审核时限": "个工作日",
    "主管部门审核时限": "个工作日",
    "退回补正的宽限": "个工作日",
    "两处学习时段可以重叠": "分钟",
    "学习时段最少占应有时长": "%",
    "离职多久之后的学习要核实": "天",
    "一个接口密钥一小时最多报送": "条",
    "一个网络地址一小时最多报送": "条",
    "一门课程一天最多报送": "人次",
    "每份材料至少查看": "秒",
}

RULE_FIELDS: dict[str, RuleField] = {
    "total": RuleField(Kind.HOURS, "年度合计", Group.THRESHOLDS, "每年至少多少学时。"),
    "public": RuleField(Kind.HOURS, "公需科目", Group.THRESHOLDS),
    "public_compulsory": RuleField(Kind.HOURS, "公需科目中的必修课", Group.THRESHOLDS, "包含在公需科目之内。"),
    "professional": RuleField(Kind.HOURS, "专业科目", Group.THRESHOLDS),
    "elective": RuleField(Kind.HOURS, "选修科目", Group.THRESHOLDS, "公需、专业之外另设选修的地方填写。"),
    "professional_ratio": RuleField(
        Kind.RATIO, "专业科目占合计的比例", Group.THRESHOLDS, "写成分数，如 2/3。没有专业学时数的地方按它计算。"
    ),
    "unit": RuleField(Kind.TEXT, "计量单位", Group.COUNTING, "学分与学时 1:1 计算。", {"学时": "学时", "学分": "学分"}),
    "minutes": RuleField(Kind.COUNT, "一学时的长度", Group.COUNTING, least=Decimal(1), most=Decimal(120)),
    "ceiling_per_day": RuleField(
        Kind.HOURS, "参加的学习每天最多", Group.COUNTING, "按起止日期的天数计算上限。", least=HALF, most=A_DAY
    ),
    "ceiling_per_day_act": RuleField(
        Kind.TEXT,
        "超过每天上限时",
        Group.COUNTING,
        "提醒：可以提交，审核人员会看到提示。",
        {"refuse": "不能提交", "warn": "提醒审核人员"},
    ),
    "ceiling_person_day": RuleField(
        Kind.HOURS,
        "一人一天各来源合计最多",
        Group.COUNTING,
        "超过的先不计入，待人社部门核实。",
        least=HALF,
        most=A_DAY,
    ),
    "overlap_minutes": RuleField(
        Kind.COUNT, "两处学习时段可以重叠", Group.DOUBTS, "各平台时钟略有出入；超过的先核实。", most=SIXTY
    ),
    "sat_percent": RuleField(
        Kind.COUNT,
        "学习时段最少占应有时长",
        Group.DOUBTS,
        "平台报来学习时段的，合计短于这个比例的先核实。填 0 表示不核实。",
        most=Decimal(100),
    ),
    "gone_days": RuleField(
        Kind.COUNT, "离职多久之后的学习要核实", Group.DOUBTS, "离职、退休、去世登记之后。", most=Decimal(3650)
    ),
    "burst_client_hour": RuleField(
        Kind.COUNT, "一个接口密钥一小时最多报送", Group.DOUBTS, "超过的先不计入，核实后可以一并放行。", most=MILLIONS
    ),
    "burst_address_hour": RuleField(Kind.COUNT, "一个网络地址一小时最多报送", Group.DOUBTS, most=MILLIONS),
    "burst_course_day": RuleField(Kind.COUNT, "一门课程一天最多报送", Group.DOUBTS, most=MILLIONS),
    "unfiled_course": RuleField(
        Kind.TEXT,
        "未备案的网络课程",
        Group.DOUBTS,
        "只对报送时写明课程编号的记录。课程在“课程备案”中登记。",
        {"accept": "照常计入", "hold": "先核实"},
    ),
    "carry_over": RuleField(
        Kind.FLAG, "结转到下一年度", Group.COUNTING, "学时只计入所属年度。", {"no": "不结转，也不顺延"}
    ),
    "counted_ways": RuleField(Kind.TEXT, "可以计入的学习方式", Group.COUNTING, "文件列举的方式，原文照录。"),
    "professional_by_roster": RuleField(
        Kind.FLAG, "基地面授的专业科目", Group.COUNTING, "", {"yes": "由基地上传名单", "no": "由本人申报"}
    ),
    "starts": RuleField(
        Kind.TEXT,
        "从哪一年起要求",
        Group.TIME,
        "取得职称的人员从哪一年起参加继续教育。",
        {"title_year": "取得职称的当年", "year_after_title": "取得职称的次年"},
    ),
    "deadline": RuleField(Kind.MONTH_DAY, "学习和申报截止", Group.TIME, "月-日，如 12-31；在第二年的，如 次年01-31。"),
    "correction_grace_days": RuleField(
        Kind.COUNT,
        "退回补正的宽限",
        Group.TIME,
        "按时提交、退回后才到截止日期的，退回后还可以补正几个工作日。",
        most=SIXTY,
    ),
    "back_years": RuleField(
        Kind.TEXT,
        "往年补报",
        Group.TIME,
        "",
        {"closed": "不再补报", "exception": "原则上不补报，特殊原因可以申请"},
    ),
    "back_years_closed_from": RuleField(Kind.DAY, "往年补报从何时起关闭", Group.TIME),
    "review_days_employer": RuleField(Kind.COUNT, "用人单位审核时限", Group.REVIEW, least=Decimal(1), most=SIXTY),
    "review_days_authority": RuleField(Kind.COUNT, "主管部门审核时限", Group.REVIEW, least=Decimal(1), most=SIXTY),
    "authority_clock_start": RuleField(
        Kind.TEXT,
        "主管部门的时限从何时起算",
        Group.REVIEW,
        "",
        {"unit_decision": "单位审核通过之日", "declaration": "本人申报之日"},
    ),
    "dwell_seconds": RuleField(
        Kind.COUNT, "每份材料至少查看", Group.REVIEW, "打开后不到这么久就通过的，不予受理并提示再看。", most=SIXTY
    ),
    "reviews_end_in_year": RuleField(
        Kind.FLAG, "审核须在年内完成", Group.REVIEW, "12 月起提醒审核人员；过年不影响计入。"
    ),
    "filing": RuleField(
        Kind.TEXT, "集中备案", Group.REVIEW, "", {"monthly_end": "每月最后一个工作日起", "month_over": "次月首日起"}
    ),
    "filing_blocks_credit": RuleField(
        Kind.FLAG,
        "备案与计入",
        Group.REVIEW,
        "学时在主管部门审核通过时计入，备案只作记录。",
        {"no": "备案不影响计入"},
    ),
    "spot_check": RuleField(Kind.FLAG, "人社部门抽查", Group.REVIEW),
    "themes": RuleField(Kind.TEXT, "公需科目内容", Group.CONTENT),
    "themes_compulsory": RuleField(Kind.TEXT, "公需科目必修课内容", Group.CONTENT),
    "themes_elective": RuleField(Kind.TEXT, "公需科目选修课内容", Group.CONTENT),
    "guide": RuleField(Kind.TEXT, "专业科目学习指南", Group.CONTENT, "行业的科目设置或学习指南，写明内容或文件名称。"),
    "guide_at": RuleField(Kind.LINK, "学习指南的网址", Group.CONTENT),
    "information_at": RuleField(Kind.LINK, "信息采集的网址", Group.CONTENT, "要求先在别处登记信息的行业填写。"),
    "certificate_name": RuleField(Kind.TEXT, "证书名称", Group.CERTIFICATE),
    "certificate_supervised_by": RuleField(Kind.TEXT, "证书的监制", Group.CERTIFICATE),
    "consequences": RuleField(Kind.TEXT, "未达标的后果", Group.CERTIFICATE),
}
