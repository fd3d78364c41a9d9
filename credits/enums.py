"""Words of hours."""

from django.db.models import TextChoices

# Where a declaration waits: with the employer, then with the authority or the bureau (S0-20, A11).
STAGE_EMPLOYER = 1
STAGE_AUTHORITY = 2
# The two hands through which an exception for a closed year goes (S0-14).
STAGE_RECOMMEND = 1
STAGE_GRANT = 2


class Subject(TextChoices):
    """公需科目 and 专业科目 (S0-06, S0-09); 选修科目 where a rule set asks for it (Guangdong 2021)."""

    PUBLIC = "public", "公需科目"
    PROFESSIONAL = "professional", "专业科目"
    ELECTIVE = "elective", "选修科目"


# What platforms and bases report; elective hours are declared by the person.
REPORTED = (Subject.PUBLIC, Subject.PROFESSIONAL)


class ObligationKind(TextChoices):
    """Why less than the rule, or nothing, is asked of a person in a year (A18, S3-01, A30)."""

    EXEMPT = "exempt", "免修"
    REDUCED = "reduced", "减免学时"
    NOT_YET = "not_yet", "尚未开始"
    ELSEWHERE = "elsewhere", "由其他地方管理"
    LEFT = "left", "已离职或退休"


class EasingGround(TextChoices):
    """Why a person asks to owe less or nothing. The documents list no grounds: the bureau weighs each case (A18)."""

    ILLNESS = "illness", "长期病假"
    BIRTH = "birth", "产假、哺乳期"
    ABROAD = "abroad", "出国（境）工作或学习"
    SENT = "sent", "援藏援疆援外、驻村或挂职"
    SERVICE = "service", "服兵役"
    STUDY = "study", "脱产参加学历教育"
    LEAVE = "leave", "停薪留职、待岗"
    OTHER = "other", "其他"


class PublicKind(TextChoices):
    COMPULSORY = "compulsory", "必修课"
    ELECTIVE = "elective", "选修课"


class DeclarationState(TextChoices):
    """Where a declaration stands, in the declarant's words."""

    DRAFT = "draft", "草稿"
    AT_EMPLOYER = "at_employer", "单位审核中"
    AT_AUTHORITY = "at_authority", "主管部门审核中"
    RETURNED = "returned", "退回补正"
    APPROVED = "approved", "已通过"
    REJECTED = "rejected", "未通过"
    WITHDRAWN = "withdrawn", "已撤回"
    REVERSED = "reversed", "已撤销"


class Payer(TextChoices):
    """Who paid (S4-18)."""

    UNIT = "unit", "单位承担"
    PERSON = "person", "个人承担"
    SHARED = "shared", "单位和个人共同承担"
    FREE = "free", "免费"


class Door(TextChoices):
    """Through which door hours came in."""

    DECLARATION = "declaration", "个人申报"
    PLATFORM = "platform", "学习平台"
    ROSTER = "roster", "基地名单"
    OUTSIDE = "outside", "外省认定"
    UNIT = "unit", "单位培训名单"
    IMPORTED = "imported", "接收历史数据"


class ClaimState(TextChoices):
    LIVE = "live", "已计入"
    HELD = "held", "待核实"
    WITHDRAWN = "withdrawn", "已撤销"
    TOMBSTONE = "tombstone", "先行撤销"
    CONFLICT = "conflict", "有冲突"
    DUPLICATE = "duplicate", "重复，不另计"
    UNMATCHED = "unmatched", "等待本人注册"


class Fate(TextChoices):
    """What became of something learned, as its person reads it: counted, or why not (yet)."""

    COUNTED = "counted", "已计入"
    REDUCED = "reduced", "部分计入"
    WAITING = "waiting", "审核中"
    RETURNED = "returned", "退回补正"
    HELD = "held", "待核实"
    DUPLICATE = "duplicate", "重复，不另计"
    REVERSED = "reversed", "已撤销"
    REJECTED = "rejected", "未通过"


class Outcome(TextChoices):
    """What becomes of one record of a batch or a roster (design: api)."""

    ACCEPTED = "accepted", "已计入"
    DUPLICATE = "duplicate", "已登记，不重复计入"
    CONFLICT = "conflict", "与已登记的内容不同"
    INVALID = "invalid", "有错误"
    UNMATCHED_PERSON = "unmatched_person", "查无此人，保留待注册"
    HELD = "held", "待核实"


class EntryKind(TextChoices):
    CREDIT = "credit", "计入"
    REVERSAL = "reversal", "撤销"
    HOLD = "hold", "暂停计入"
    RELEASE = "release", "恢复计入"


class FieldStatus(TextChoices):
    """How sure a number of the regulation is."""

    VERIFIED = "verified", "有文件依据"
    ASSUMED = "assumed", "暂按上一份文件执行"
    CANDIDATE = "candidate", "依据待核实"


class CorrectionAction(TextChoices):
    REPLACE = "replace", "更正"
    WITHDRAW = "withdraw", "撤回"


class RosterState(TextChoices):
    """Where a base's roster stands, in the words of the one who uploads it."""

    DRAFT = "draft", "待上传"
    CHECKING = "checking", "正在核对"
    CHECKED = "checked", "待确认"
    REVIEW = "review", "等待审核"
    CREDITING = "crediting", "正在登记"
    DONE = "done", "已登记"
    UNDOING = "undoing", "正在撤销"
    UNDONE = "undone", "已撤销"


class RowState(TextChoices):
    """What a row of a roster is found to be before anything is credited, and what became of it."""

    NEW = "new", "可以登记"
    DUPLICATE = "duplicate", "已经计入过"
    UNKNOWN = "unknown", "未找到人员"
    FAILED = "failed", "考核不合格"
    WRONG = "wrong", "有错误"
    CREDITED = "credited", "已计入"
    WAITING = "waiting", "等待本人注册"
    HELD = "held", "待核实"
    REFUSED = "refused", "未计入"
    UNDONE = "undone", "已撤销"
    PENDING = "pending", "待人社部门撤销"


class Basis(TextChoices):
    """What an activity's hours are counted by; the last two say who names them where nothing is counted."""

    DAY = "day", "天"
    COURSE = "course", "门"
    EXAM = "exam", "科"
    PAPER = "paper", "篇"
    THOUSAND = "thousand", "千字"
    YEAR = "year", "年"
    FIXED = "fixed", "次"
    ORGANISER = "organiser", "学时由举办单位核定"
    REVIEWER = "reviewer", "学时由审核单位认定"


class Unit(TextChoices):
    """What is counted in; 学分 stand for 学时 one for one (A30)."""

    HOURS = "学时", "学时"
    CREDITS = "学分", "学分"


class ProjectLevel(TextChoices):
    """The level of a conference, a project or an award."""

    NATIONAL = "national", "国家级（部委）"
    PROVINCIAL = "provincial", "省级"
    CITY = "city", "市级"
    OTHER = "other", "其他"


class ProjectRole(TextChoices):
    MAIN = "main", "主课题组"
    SUB = "sub", "子课题组"


class Length(TextChoices):
    """Of a paper read at a conference."""

    SHORT = "short", "2000 字以内"
    LONG = "long", "超过 2000 字"


class Artefact(TextChoices):
    """Things that count once a person (A29), each known by a number of its own."""

    PAPER = "paper", "论文"
    PATENT = "patent", "专利"
    BOOK = "book", "著作"
    PROJECT = "project", "课题项目"


class RuleOrigin(TextChoices):
    """Who wrote a rule set last: what a desk has written, no file overwrites."""

    FILE = "file", "规则文件"
    DESK = "desk", "工作台"


class RuleDraftState(TextChoices):
    """Where a drafted change of the regulation stands."""

    DRAFTING = "drafting", "起草中"
    WAITING = "waiting", "待核准"
    APPROVED = "approved", "已核准，待生效"
    IN_FORCE = "in_force", "已生效"
    DROPPED = "dropped", "已作废"


class RunKind(TextChoices):
    """Why many accounts are judged by a rule set at once. Only the first leaves them as they are."""

    WHAT_IF = "what_if", "影响预览"
    IN_FORCE = "in_force", "规则变动后重新核算"
    PAST = "past", "往年重新核算"


class ResultChange(TextChoices):
    """What a rule set makes of somebody's year that another had judged."""

    LOST = "lost", "由达标变为未达标"
    GAINED = "gained", "由未达标变为达标"


class MissingState(TextChoices):
    """Where a question about hours that did not arrive stands, in the words of who asked."""

    WAITING = "waiting", "等平台答复"
    ANSWERED = "answered", "平台已答复"
    WITHDRAWN = "withdrawn", "已撤回"


class MissingAnswer(TextChoices):
    """What a platform says of hours that did not arrive."""

    SENT = "sent", "已经报送"
    NOT_COMPLETED = "not_completed", "没有学完或考核未通过"
    UNKNOWN_PERSON = "unknown_person", "平台上没有这位学员"


class PaperKind(TextChoices):
    """What a unit keeps of a training it ran (S3-07)."""

    COURSEWARE = "courseware", "课件"
    PICTURE = "picture", "现场照片"
    ATTENDANCE = "attendance", "签到表"
    RESULT = "result", "考核结果"
    OTHER = "other", "其他"
