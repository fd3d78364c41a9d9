"""What the trail's short codes (`declaration.approve`) are called on pages. What has no word is shown as it stands."""

_SUBJECTS = {
    "account": "年度账户",
    "certificate": "证书",
    "claim": "学时",
    "client": "接口密钥",
    "dead_letter": "搁置事项",
    "declaration": "学时申报",
    "duty": "职责",
    "file": "文件",
    "filing": "备案",
    "hour_batch": "学时批次",
    "person": "人员",
    "personregistration": "人员注册",
    "registration": "人员注册",
    "rule_set": "规则集",
    "unit": "单位",
    "unit_registration": "单位注册",
    "unitregistration": "单位注册",
    "user": "账号",
}
_VERBS = {
    "add_evidence": "添加材料",
    "apply_again": "重新申请",
    "approve": "通过",
    "change_password": "修改密码",
    "correct": "更正",
    "credit": "计入",
    "edit": "修改",
    "end": "终止",
    "filed": "备案",
    "forget_unmatched": "到期删除",
    "grant": "授予",
    "issue": "生成",
    "judge_again": "重新核算",
    "load": "载入",
    "make": "建立",
    "match": "匹配到人",
    "overdue": "标记超期",
    "post": "报送",
    "promise": "编号",
    "redated": "期限重算",
    "refuse": "不予核准",
    "register": "申请注册",
    "reject": "不予通过",
    "remove_evidence": "移除材料",
    "retry": "重试",
    "return": "退回补正",
    "reverse": "撤销",
    "revoke": "撤销",
    "stand_beside": "重复，不另计",
    "start": "新建",
    "submit": "提交",
    "supersede": "替换",
    "withdraw": "撤回",
}


def in_words(action: str) -> str:
    """学时申报：通过 for `declaration.approve`."""
    subject, _, verb = action.partition(".")
    return f"{_SUBJECTS.get(subject, subject)}：{_VERBS.get(verb, verb)}" if verb else action
