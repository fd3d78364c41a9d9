"""How far the rotation of keys has come, in words for those who run the portal."""

from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job

_STAGES = {
    "await": "等待新密钥生效",
    "reseal": "正在用新密钥重新加密",
    "align": "正在清除旧密钥的查找索引",
}


def last_rotation() -> Job | None:
    return Job.objects.filter(kind="keys.rotate").order_by("-id").first()


def told(job: Job) -> str:
    """One sentence; keys by their names, which say nothing about them."""
    if job.state == JobState.DONE:
        unused = job.result["unused"]
        bad = sum(len(rows) for rows in job.result["unreadable"].values())
        left = f"另有 {bad} 行用任何密钥都打不开，未改动。" if bad else ""
        return (
            f"密钥轮换已完成。旧密钥 {unused['sealing']}（加密）、{unused['index']}（查找）已不再使用，可以移除。{left}"
        )
    stage = "正在核对是否有遗漏" if "clean_since" in job.params else _STAGES[job.params["stage"]]
    percent = job.done * 100 // job.total if job.total else 0
    return f"密钥轮换：{stage}，{job.done} / {job.total}（{percent}%）。两个密钥此时都有效。"
