"""The parts of the clock in the words of those who run the portal, in the order of a round."""

from ceportal.office.rules.checking import KINDS

PARTS = {
    "office.heartbeat": "定时器",
    "kernel.scan_quarantined": "待检文件的病毒检查",
    "kernel.sweep": "清除残留的上传文件",
    "accounts.send_codes": "验证码的送出",
    "bases.carry_recognitions": "认定名单沿用到下一年度",
    "bases.check_links": "施教机构网址的检查",
    "credits.handle_person_changes": "人员变动后的重新核算",
    "credits.put_rules_in_force": "规则按日生效",
    "credits.work_on_rule_runs": "规则变动的影响和重新核算",
    "credits.watch_rule_drafts": "规则草案核准的提醒",
    "credits.work_on_held": "待核实学时的批量处理",
    "credits.merge_accounts": "账号合并后学时的转入",
    "credits.match_people": "注册后补计学时",
    "credits.finish_corrections": "学时更正的收尾",
    "credits.revive_duplicates": "重复记录的补计",
    "credits.forget_unmatched": "清除过期的未匹配记录",
    "credits.forget_batches": "清除过期的报送批次",
    "accounts.forget_tokens": "清除过期的接口令牌",
    "accounts.forget_codes": "清除过期的验证码",
    "accounts.forget_what_ended": "清除过期的登录和设备",
    "accounts.forget_invitations": "到期的人员邀请",
    "accounts.end_deputies": "代审到期的收回",
    "credits.check_rosters": "名单的核对",
    "credits.work_on_rosters": "名单的登记和撤销",
    "office.work_on_take_overs": "历史数据的接收和撤销",
    "credits.forget_rosters": "清除过期的名单",
    "accounts.redate_registrations": "注册核准期限重算",
    "accounts.remind_registrations": "注册核准到期提醒",
    "accounts.mark_overdue_registrations": "注册核准超期标记",
    "accounts.redate_requests": "申请处理期限重算",
    "accounts.remind_requests": "申请处理到期提醒",
    "accounts.mark_overdue_requests": "申请处理超期标记",
    "credits.watch_missing": "学时查询的提醒和超期",
    "credits.follow_approvals": "通过后的通知和核算",
    "office.look_for_signals": "申报疑点的排查",
    "reviews.look_for_steering": "集中于一家机构的排查",
    "reviews.redate": "审核期限重算",
    "reviews.remind_reviewers": "审核到期提醒",
    "reviews.mark_overdue": "审核超期标记",
    "reviews.raise_delays": "超期未办的上报",
    "reviews.digest_reviewers": "每日待审汇总",
    "reviews.clear_desks": "办结申报的收尾",
    "reviews.lapse_inspections": "抽查答复的到期",
    "reviews.remind_inspectors": "抽查核查的提醒",
    "reviews.work_on_filings": "每月备案名单的固定",
    "reviews.overlook_places": "大辖区审核时效的统计",
    "credits.tell_of_credits": "每日学时计入的通知",
    "office.count_years": "统计数字的更新",
    "certificates.settle_changed_accounts": "年度账户的结算",
    "certificates.make_sheets": "证书制作",
    "certificates.work_on_bundles": "证书的打包",
    "office.remind_staff": "未达标人员的提醒",
    "office.make_exports": "名单的导出",
    "accounts.deliver_notices": "消息和短信的送出",
    "office.erase_people": "清除离开多年的人员信息",
    "office.check_books": "账目核对",
    "office.rotate_keys": "密钥轮换",
    "kernel.seal_trail": "操作记录封存",
}

# What a figure is of (`rules.alarms.Reading.part`), for the operator's page.
PART_WORDS = (
    PARTS
    | {
        "database": "数据库",
        "broker": "消息中间件",
        "worker": "后台进程",
        "beat": "定时器",
        "log": "数据库日志的接收",
        "notices": "消息",
        "texts": "短信",
        "codes": "验证码",
        "certificates": "证书",
        "jobs": "后台任务",
        "attempts": "定时处理",
        "quarantine": "待检文件",
        "settling": "待结算的年度",
        "pages": "页面",
        "machines": "平台接口",
        "disk.data": "数据的磁盘",
        "disk.backup": "备份的磁盘",
        "disk.database": "数据库的磁盘",
    }
    | {f"check.{kind}": words for kind, words in KINDS.items()}
)


def part_word(part: str) -> str:
    """A disk that the operator has named besides is called by its folder; what is of no part has no word."""
    return PART_WORDS.get(part) or (f"磁盘 {part.removeprefix('disk.')}" if part.startswith("disk.") else "")
