"""Figures as other languages write and say them, in recordings and in translated notes."""

import pytest

from pipeline.transcript import Metadata, Segment, Transcript
from pipeline.verification import Recording, finding

READ = [
    ("ja", "三億五千万円でした", "3億5,000万円", "3億6,000万円"),
    ("ja", "3億5,000万円でした", "350,000,000円", "360,000,000円"),
    ("ja", "350,000,000円でした", "3億5,000万円", "3億6,000万円"),
    ("ja", "一万二千三百円", "1万2,300円", "1万2,400円"),
    ("ja", "二・七パーセント", "2.7%", "2.8%"),
    ("ja", "二、三人と二・七", "2人、3人、7人", "8人"),
    ("zh", "三亿五千万", "3亿5,000万", "3亿6,000万"),
    ("zh", "一万二", "12000", "13000"),
    ("zh", "廿一", "21", "31"),
    ("en>ko", "three hundred and fifty million and five thousand", "3억 5,000만, 5천", "3억 6,000만"),
]


def flagged(language: str, said: str, stated: str) -> bool:
    """Whether code flags a statement; "en>de" stands for German notes of an English recording."""
    spoken, _, written = language.partition(">")
    talk = Transcript("talk", (Segment(1, said),), Metadata(language=spoken))
    return finding(stated, Recording(talk, written or spoken)) != ""


@pytest.mark.parametrize(("language", "said", "right", "wrong"), READ)
def test_a_figure_is_read_as_its_language_writes_it(language: str, said: str, right: str, wrong: str) -> None:
    assert not flagged(language, said, right)
    assert flagged(language, said, wrong)
