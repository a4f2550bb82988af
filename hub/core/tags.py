"""The reasons that may be given for a bad rating: dated data, which has been replaced before.

Codes and Chinese texts are those of the `evalDetail` field in force for uploads of ratings
(好差评, levels 2 and 1); a hall may name its own in its rating scheme.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from wire.messages import Level

BAD_TAGS: Final[Mapping[Level, tuple[tuple[str, str, str], ...]]] = MappingProxyType(
    {
        Level.DISSATISFIED: (
            ("207", "没有提供材料样本", "No sample of the documents was given"),
            ("208", "没有提供材料清单", "No list of the documents was given"),
            ("209", "未在承诺时间内办结", "Not finished in the time promised"),
            (
                "210",
                "同样内容的证明材料被要求多次提交",
                "The same proof was asked for again",
            ),
            ("211", "承诺网办但无法在线办理", "Promised online, but could not be done online"),
            ("212", "在线预约办理后到实体大厅重复取号排队", "Queued again in spite of a booking"),
            ("213", "窗口人员业务不熟练", "The staff did not know the matter well"),
            ("214", "服务态度生硬", "The staff were brusque"),
        ),
        Level.VERY_DISSATISFIED: (
            (
                "108",
                "在办事指南之外增加新的审批条件",
                "Conditions beyond those of the guide",
            ),
            ("109", "需提供办事指南之外的申报材料", "Documents were asked for beyond the guide"),
            ("110", "无理由超过法定办理时间", "Longer than the law allows, without a reason"),
            ("111", "办事指南提供样本有错", "The samples of the guide were wrong"),
            ("112", "承诺在线收取申报材料实际无法收取", "Documents could not be handed in online"),
            ("113", "多头跑窗口和部门", "Sent from one office to another"),
            ("114", "跑动次数与承诺的不一致", "Had to come more often than promised"),
            ("115", "服务态度差效率低", "Unfriendly and slow"),
        ),
    }
)
"""Code, Chinese and English text, by level."""
