"""Which pages stand in a user's menu: one section for each role they hold."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q

from accounts.enums import Duty
from accounts.models import User
from accounts.selectors.duties import duties_of
from ceportal.kernel.selectors.prepared import Prepared

# With these one has desks on the admin site.
DESK_DUTIES = frozenset({Duty.FILE_MONTHS, Duty.REVERSE_HOURS, Duty.OVERSEE, Duty.REGULATE, Duty.GRANT_EXCEPTIONS})

# With these something may wait for one (office:work).
DECIDING = frozenset(
    {Duty.REVIEW_HOURS, Duty.APPROVE_PEOPLE, Duty.APPROVE_UNITS, Duty.MANAGE_UNIT, Duty.OVERSEE, Duty.GRANT_EXCEPTIONS}
)

# Duties that are held at bureaus alone; a year is opened and closed by those of them who oversee.
_OF_BUREAUS = frozenset({Duty.FILE_MONTHS, Duty.GRANT_EXCEPTIONS, Duty.REGULATE})
_ALSO = {"office:closing": frozenset({Duty.OVERSEE})}
_OF_STAFF = frozenset({Duty.APPROVE_PEOPLE, Duty.MANAGE_UNIT, Duty.OVERSEE})
# Who writes letters, and to whose units they come.
_WITH_LETTERS = frozenset({Duty.OVERSEE, Duty.MANAGE_UNIT, Duty.APPROVE_PEOPLE})
# Whom requests of people reach, or whose people make them.
ASKED = frozenset({Duty.GRANT_EXCEPTIONS, Duty.REVIEW_HOURS, Duty.MANAGE_UNIT, Duty.APPROVE_PEOPLE})


@dataclass(frozen=True)
class Entry:
    """A page of the menu by the name of its address."""

    url_name: str
    label: str


@dataclass(frozen=True)
class Section:
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Roles:
    """Who a signed-in user is, as far as the frame of a page must know: two queries."""

    is_professional: bool = False
    is_approved: bool = False
    unread: int = 0
    duties: frozenset[Duty] = field(default_factory=frozenset)
    # Codes of where they work and of where they hold duties: what is cited to them must bind there.
    places: tuple[str, ...] = ()


PUBLIC = Section(
    "",
    (
        Entry("office:front", "首页"),
        Entry("office:announcements", "通知公告"),
        Entry("office:policy", "政策依据"),
        Entry("bases:directory", "施教机构"),
        Entry("bases:classes", "培训班"),
        Entry("certificates:look_up", "证书查验"),
        Entry("office:help", "帮助"),
    ),
)
WORK = Entry("office:work", "今天要办")
PERSONAL = Section(
    "我的",
    (
        Entry("office:my_year", "我的学时"),
        Entry("credits:declarations", "我的申报"),
        Entry("credits:learn", "学习入口"),
        Entry("bases:my_classes", "我的培训班"),
        Entry("credits:hours", "学时明细"),
        Entry("reviews:appeals", "申诉"),
        Entry("credits:requests", "减免和认定"),
        Entry("certificates:mine", "我的证书"),
        Entry("certificates:transcript", "学时证明"),
        Entry("accounts:matters", "调转和变更"),
        Entry("bases:complaints", "投诉"),
        Entry("office:my_data", "我的数据"),
    ),
)
JOINING = Section("我的", (Entry("accounts:registration", "我的注册"),))
WITHOUT_ROLE = (
    Entry("office:home", "我的首页"),
    Entry("accounts:registration", "我的注册"),
    Entry("accounts:invitations", "邀请"),
    Entry("accounts:hand_overs", "更换管理员"),
    Entry("bases:complaints", "投诉"),
)
FOOTER = (
    Entry("office:front", "首页"),
    Entry("office:announcements", "通知公告"),
    Entry("office:policy", "政策依据"),
    Entry("bases:directory", "施教机构"),
    Entry("bases:classes", "培训班"),
    Entry("certificates:look_up", "证书查验"),
    Entry("accounts:privacy", "个人信息保护"),
    Entry("office:trail_heads", "操作记录封存"),
    Entry("office:deadlines", "截止日期"),
    Entry("reviews:spot_checks", "抽查公示"),
    Entry("office:published_reports", "统计公报"),
    Entry("office:honours", "表彰和通报"),
    Entry("office:help", "帮助"),
)
_OF_DUTIES: tuple[tuple[str, tuple[tuple[frozenset[Duty], Entry], ...]], ...] = (
    (
        "审核",
        (
            (frozenset({Duty.REVIEW_HOURS}), Entry("reviews:inbox", "待办")),
            (frozenset({Duty.REVIEW_HOURS}), Entry("reviews:done", "已审核")),
            (frozenset({Duty.REVIEW_HOURS}), Entry("reviews:appeals", "申诉")),
            (ASKED, Entry("credits:requests", "减免和认定")),
            (frozenset({Duty.OVERSEE}), Entry("bases:consents", "办班申请")),
            (frozenset({Duty.REVIEW_HOURS, Duty.OVERSEE, Duty.MANAGE_UNIT}), Entry("bases:training_plans", "培训计划")),
            (frozenset({Duty.REVIEW_HOURS, Duty.MANAGE_UNIT}), Entry("credits:unit_trainings", "单位培训")),
            (frozenset({Duty.REVIEW_HOURS, Duty.MANAGE_UNIT}), Entry("bases:unit_classes", "参训的培训班")),
            (frozenset({Duty.REVIEW_HOURS, Duty.MANAGE_UNIT}), Entry("reviews:asked", "抽查答复")),
        ),
    ),
    (
        "接口",
        (
            (frozenset({Duty.MANAGE_CLIENTS}), Entry("credits:clients", "接口密钥")),
            (frozenset({Duty.MANAGE_CLIENTS}), Entry("credits:missing_inbox", "学时查询")),
        ),
    ),
    (
        "施教",
        (
            (frozenset({Duty.TEACH}), Entry("bases:own_classes", "办班")),
            (frozenset({Duty.TEACH}), Entry("credits:rosters", "名单上传")),
            (frozenset({Duty.TEACH, Duty.OVERSEE}), Entry("bases:class_archives", "教学档案")),
            (frozenset({Duty.TEACH, Duty.MANAGE_CLIENTS}), Entry("bases:disclosures", "公开信息")),
            (frozenset({Duty.TEACH, Duty.REGULATE}), Entry("bases:assessments", "基地考核")),
            (frozenset({Duty.TEACH, Duty.OVERSEE, Duty.REGULATE}), Entry("bases:teachers", "师资库")),
            (
                frozenset({Duty.TEACH, Duty.REGULATE, Duty.MANAGE_CLIENTS, Duty.MANAGE_UNIT}),
                Entry("bases:recognition_requests", "基地和平台认定"),
            ),
        ),
    ),
    (
        "管理",
        (
            (frozenset({Duty.OVERSEE}), Entry("office:overview", "辖区概况")),
            (frozenset({Duty.OVERSEE}), Entry("office:statistics", "年度统计")),
            (frozenset({Duty.OVERSEE, Duty.MANAGE_UNIT}), Entry("office:evaluations", "单位评估")),
            (frozenset({Duty.OVERSEE}), Entry("reviews:watch", "审核时效")),
            (frozenset({Duty.OVERSEE}), Entry("bases:complaints", "投诉")),
            (frozenset({Duty.OVERSEE}), Entry("office:announcing", "发布公告")),
            (frozenset({Duty.OVERSEE}), Entry("office:rolls", "表彰和通报")),
            (frozenset({Duty.OVERSEE}), Entry("office:officers", "专职人员和注册率")),
            (_OF_BUREAUS, Entry("office:closing", "开年和收尾")),
            (DESK_DUTIES, Entry("admin:index", "工作台")),
            (frozenset({Duty.OPERATE}), Entry("office:operation", "运行状态")),
        ),
    ),
    (
        "人员与单位",
        (
            (frozenset({Duty.APPROVE_PEOPLE}), Entry("accounts:people_to_approve", "人员注册")),
            (frozenset({Duty.APPROVE_PEOPLE, Duty.MANAGE_UNIT}), Entry("accounts:people", "本单位人员")),
            (frozenset({Duty.APPROVE_PEOPLE, Duty.MANAGE_UNIT}), Entry("accounts:matters", "人员变动")),
            (frozenset({Duty.APPROVE_PEOPLE, Duty.MANAGE_UNIT}), Entry("accounts:leavings", "离职和退休")),
            (frozenset({Duty.APPROVE_PEOPLE, Duty.MANAGE_UNIT}), Entry("credits:people_hours", "人员学时")),
            (_OF_STAFF, Entry("office:staff", "达标和提醒")),
            (_OF_STAFF, Entry("certificates:eligibility", "达标名单")),
            (_OF_STAFF, Entry("office:exports", "名单导出")),
            (_WITH_LETTERS, Entry("office:letters", "公文")),
            (frozenset({Duty.MANAGE_UNIT}), Entry("office:officer", "专职人员")),
            (frozenset({Duty.MANAGE_UNIT}), Entry("office:funding", "教育经费")),
            (frozenset({Duty.MANAGE_UNIT}), Entry("credits:standards", "认定标准")),
            (frozenset({Duty.MANAGE_UNIT}), Entry("accounts:duties", "职责分工")),
            (frozenset({Duty.APPROVE_UNITS}), Entry("accounts:units_to_approve", "单位注册")),
            (frozenset({Duty.GRANT_EXCEPTIONS}), Entry("office:take_overs", "接收历史数据")),
            (frozenset({Duty.APPROVE_PEOPLE, Duty.MANAGE_UNIT}), Entry("credits:exceptions", "补报申请")),
            (frozenset({Duty.APPROVE_UNITS, Duty.MANAGE_UNIT}), Entry("accounts:stationings", "职称评审归属")),
            (frozenset({Duty.APPROVE_UNITS, Duty.MANAGE_UNIT}), Entry("accounts:hand_overs", "更换管理员")),
            (frozenset({Duty.APPROVE_UNITS, Duty.MANAGE_UNIT}), Entry("accounts:unit_changes", "单位变更")),
        ),
    ),
)


PAGES_OF_ROLES = frozenset(
    entry.url_name
    for entries in (PERSONAL.entries, (entry for _, found in _OF_DUTIES for _, entry in found))
    for entry in entries
)


_PERSON = Prepared(
    lambda pk: (
        User.objects.filter(pk=pk)
        .annotate(unread=Count("notices", filter=Q(notices__read_at__isnull=True)))
        .values_list("professional", "professional__approved_at", "unread", "professional__area_id")
    )
)
_HELD = Prepared(lambda pk: duties_of(User(pk=pk)).values_list("duty", "organization__area_id"))


def roles_of(user: User) -> Roles:
    professional, approved_at, unread, area = next(iter(_PERSON.ask(user.pk)), (None, None, 0, None))
    held = _HELD.ask(user.pk)
    places = tuple(sorted({place for place in (area, *(place for _, place in held)) if place}))
    duties = frozenset(Duty(duty) for duty, _ in held)
    return Roles(professional is not None, approved_at is not None, unread, duties, places)


def may_enter_desks(user: User) -> bool:
    of_bureau = Q(duty=Duty.MANAGE_CLIENTS, organization__is_bureau=True)
    return duties_of(user).filter(Q(duty__in=DESK_DUTIES) | of_bureau).exists()


def sections_for(roles: Roles) -> tuple[Section, ...]:
    """The menu of somebody signed in; titles only where there is more than one section."""
    found = [*_personal(roles), *_of_duties(roles.duties)]
    if not found:
        return (Section("", WITHOUT_ROLE),)
    first = (WORK,) if roles.duties & DECIDING else ()
    if len(found) == 1:
        return (Section("", (*first, *found[0].entries)),)
    return (Section("", first), *found) if first else tuple(found)


def pages_of(user: User) -> frozenset[str]:
    """The pages in the menu of somebody signed in."""
    return frozenset(entry.url_name for section in sections_for(roles_of(user)) for entry in section.entries)


def _personal(roles: Roles) -> Iterable[Section]:
    if roles.is_professional:
        yield PERSONAL if roles.is_approved else JOINING


def _of_duties(duties: frozenset[Duty]) -> Iterable[Section]:
    for title, entries in _OF_DUTIES:
        open_to = tuple(
            entry
            for wanted, entry in entries
            if wanted & duties and _ALSO.get(entry.url_name, wanted & duties) <= duties
        )
        if open_to:
            yield Section(title, open_to)
