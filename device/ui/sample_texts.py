"""Texts and sizes that the sample views of every role share, the longest texts among them."""

from __future__ import annotations

from typing import Final

from device.ui.viewmodel import Bilingual

WIDE: Final = ((1024, 600), (1280, 800), (1920, 1080))
"""The screens that units are equipped with, in pixels."""

WIDE_AND_UPRIGHT: Final = (*WIDE, (600, 1024), (800, 1280), (1080, 1920))
"""The same lying and upright, as boards and kiosks have them."""

HALL: Final = Bilingual("临江市政务服务大厅", "Linjiang Government Service Hall")
LONG_HALL: Final = Bilingual(
    "临江高新技术产业开发区便民政务服务中心第二分中心（北区）",
    "Second Branch of the Public Service Centre of Linjiang High-Tech Development Zone (North)",
)
ID_CARD: Final = Bilingual("居民身份证换领", "Renewal of an ID card")
LONG_SERVICE: Final = Bilingual(
    "国有建设用地使用权及房屋所有权转移登记（存量房买卖、继承、赠与及离婚析产）",
    "Transfer of the right to use state-owned land and of house ownership "
    "(resale, inheritance, gift or division after a divorce)",
)
LEAVE: Final = Bilingual(
    "请立即从最近的安全出口有序撤离，不要乘坐电梯。",
    "Please leave by the nearest exit now. Do not use the lifts.",
)
LONGEST: Final = Bilingual(
    (
        "因附近化工仓库起火，请关闭门窗，留在楼内等待消防人员引导，不要使用电梯，也不要返回停车场；"
        * 5
    )[:200],
    ("There is a fire in a store nearby: stay in the building, wait for the firemen. " * 3)[:200],
)
"""An emergency text as long as there can be one."""
