"""The parts of the clock in the words of those who run the portal, in the order of a round."""

PARTS = {
    "office.heartbeat": "定时器",
    "credits.handle_person_changes": "人员变动后的重新核算",
    "credits.match_people": "注册后补计学时",
    "credits.finish_corrections": "学时更正的收尾",
    "credits.revive_duplicates": "重复记录的补计",
    "credits.forget_unmatched": "清除过期的未匹配记录",
    "credits.forget_batches": "清除过期的报送批次",
    "accounts.forget_tokens": "清除过期的接口令牌",
    "credits.work_on_rosters": "名单的登记和撤销",
    "credits.forget_rosters": "清除过期的名单",
    "accounts.redate_registrations": "注册核准期限重算",
    "accounts.remind_registrations": "注册核准到期提醒",
    "accounts.mark_overdue_registrations": "注册核准超期标记",
    "reviews.redate": "审核期限重算",
    "reviews.remind_reviewers": "审核到期提醒",
    "reviews.mark_overdue": "审核超期标记",
    "certificates.settle_changed_accounts": "年度账户的结算",
    "certificates.make_sheets": "证书制作",
    "accounts.deliver_notices": "消息和短信的送出",
}
