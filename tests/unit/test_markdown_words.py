"""The words of Markdown that a model writes freely: what is a mark, and what a sign of the text."""

from __future__ import annotations

import io
from textwrap import indent

import pytest
from docx import Document

from pipeline.capable.markdown_sections import lost_words, sections_in
from pipeline.draft import DraftStatement
from pipeline.emphasis import unmarked
from pipeline.exports.docx import write_docx
from pipeline.exports.html import write_html
from pipeline.exports.markdown import write_github, write_obsidian
from pipeline.labels import labels_for
from pipeline.pages import render_markdown
from pipeline.pages.reading import is_edited
from pipeline.pages.rows import sentences_in
from pipeline.sections import STUDY
from pipeline.text import clean
from tests.exports.samples import ready, sample

ENGLISH = labels_for("en")
TITLES = {ENGLISH.heading(s.name).casefold(): s.name for s in STUDY.sections}


def below(markdown: str) -> list[DraftStatement]:
    """The points below a heading that hold this, of which no word is lost."""
    whole = f"## Main Points\n\n### Matter\n\n{markdown}"
    sections = sections_in(whole, TITLES, STUDY.sections, ENGLISH)
    assert lost_words(whole, sections, TITLES) == 0
    return [s for group in sections["main_points"] for s in group.statements]


def texts(markdown: str) -> list[str]:
    return [s.labelled for s in below(markdown)]


@pytest.mark.parametrize(
    ("markdown", "label", "text"),
    [
        ("**疲劳：**载荷反复变化。", "疲劳", "载荷反复变化。"),
        ("**疲劳:**载荷反复变化。", "疲劳", "载荷反复变化。"),
        ("**疲劳**:载荷反复变化。", "疲劳", "载荷反复变化。"),
        ("**「切欠き」：**応力が集まる角。", "「切欠き」", "応力が集まる角。"),
        ("**피로:**하중이 바뀐다.", "피로", "하중이 바뀐다."),
        ("**Fatigue:**Cracks grow.", "Fatigue", "Cracks grow."),
        ("**Cost:**5 crowns.", "Cost", "5 crowns."),
        ("***Lead:*** It is strong.", "Lead", "It is strong."),
        ("**12**:30 was it.", "", "12:30 was it."),
    ],
)
def test_a_lead_in_bold_needs_no_blank_behind_it(markdown: str, label: str, text: str) -> None:
    (found,) = below(f"- {markdown}")
    assert (found.label, found.text) == (label, text)


@pytest.mark.parametrize(
    "markdown",
    [
        "这里讲**疲劳（fatigue）**的原因，也讲**“小缺陷”**的后果，还讲*“焊缝”*的。",
        '여기서는 **피로(fatigue)**라는 말과 **"균열"**을 설명합니다.',
        'The **"notch"**s and **Miner\'s sum (1945)**is old.',
    ],
)
def test_words_in_bold_may_end_at_a_sign_before_a_letter(markdown: str) -> None:
    assert texts(markdown) == [markdown.replace("*", "")]


def test_words_in_bold_and_italics_stand_out() -> None:
    assert [s.emphasis for s in below("Both ***at once*** here.")] == [("at once",)]


@pytest.mark.parametrize(
    "text",
    [
        "(1+2)**3 and (4+5)**2, 2**(3+1) and 4**(5).",
        "Call f(*args, **kwargs) or count(*) and max(*) here.",
        "It calls __init__ in __init__.py, where __name__ and __FILE__ are, and _of_all_ too.",
    ],
)
def test_signs_of_sums_and_of_code_are_no_marks(text: str) -> None:
    assert texts(f"{text}\n\n**So** it is.") == [text, "So it is."]


def test_underscores_around_words_are_marks() -> None:
    assert texts("__Lead:__ It is _old_, __very old__ and __Good__.") == ["Lead: It is old, very old and Good."]
    bridge = "A __very__ strong __steel__ bridge."
    for markdown in (bridge, f"{bridge}\n\n__Note:__ It is **old**."):
        found = below(markdown)[0]
        assert (found.text, found.emphasis) == ("A very strong steel bridge.", ("very", "steel"))


def test_bold_in_a_field_of_an_answer_may_end_at_a_sign_before_a_letter() -> None:
    assert unmarked("**Fatigue:**Cracks grow.") == ("Fatigue:Cracks grow.", ("Fatigue",))
    assert unmarked("f(a)**g(b)**c is 2.**3 and 4.**2")[1] == ()


@pytest.mark.parametrize(
    "text",
    [
        r"The loss is $L = \sum_i (\hat{y}_i - y_{i})^2$, and $x^*$ beats $z^*$ on $\{0, 1\}$.",
        r"So \(\nabla f(x)\,dx\), $a \\ b$, $x<b>y</b>$ and \[ T_a = \frac{1}{D} \\[2pt] \] are formulas.",
        r"公式$x_1*y*$是好的，$a^*$也是。",
        r"$$ D = \sum_i n_i \\ c &= d $$",
        r"Let \(x\), \( \Omega \), \[a_1*b_1*c\], \(2+2\) and \(\{0\}\) be.",
    ],
)
def test_every_sign_of_a_formula_stays(text: str) -> None:
    assert texts(text) == [text]


def test_a_formula_of_several_rows_is_one_whatever_its_rows_begin_with() -> None:
    rows = "\nD = a\n- b\n+ c\n"
    assert texts(f"So it is:\n\n$${rows}$$\n\n\\[{rows}\\]\n\n> $${rows.replace(chr(10), chr(10) + '> ')}$$") == [
        "So it is:",
        "$$ D = a - b + c $$",
        "\\[ D = a - b + c \\]",
        "$$ D = a - b + c $$",
    ]


def test_a_dollar_that_is_money_begins_no_formula() -> None:
    markdown = r"It costs $5 and **then** $6–$7, US$8, \$9, **$5** or **6$** and \[4\]; set $HOME and `$PATH`."
    assert texts(markdown) == [markdown.replace("*", "").replace("\\", "")]


def test_words_between_escaped_brackets_are_no_formula() -> None:
    markdown = r"He \[laughs\] is \(sort *of*\) at \[12:30\], \(5\) \[inaudible \_ 12:30\], \[笑\] or \(a\_b\)."
    assert texts(markdown) == [markdown.replace("*", "").replace("\\", "")]
    assert texts("\\[So it is.\n- one\n- two\\]") == ["[So it is.", "one", "two]"]


def test_no_sentence_ends_in_a_formula_or_in_code() -> None:
    assert sentences_in("Take $a. B$ or `x. Y` here. Then it ends.") == [
        "Take $a. B$ or `x. Y` here.",
        "Then it ends.",
    ]


def test_sentences_in_a_script_without_spaces_end_at_their_mark_and_none_gets_a_space() -> None:
    assert sentences_in("王伟认为 F2Pool。有人反驳：更快。Zhao 说可以。") == [
        "王伟认为 F2Pool。",
        "有人反驳：更快。",
        "Zhao 说可以。",
    ]
    assert sentences_in("Ada 对此说“好”。A. 李同意。So says Mr. Weber. Then he left.") == [
        "Ada 对此说“好”。", "A. 李同意。", "So says Mr. Weber.", "Then he left.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "В 1968 г. он купил хлеб, сыр и т. д. по старой цене на ул. Ленина за 45 тыс. рублей.",
        "Об этом через 5 мин. написал А. С. Пушкин, а проф. Иванов и Др. Ли спорят, стр. Первая.",
        "M. Élie Dupont, p. ex. à Paris, parle avec le Prof. Smith et le Prof. Dr. Şule Öz.",
        'לדברי ד"ר כהן ופרופ. לוי הניסוי הצליח.',
        "قال د. أحمد زويل مع أ.د. سامي الخطيب إن التجربة نجحت.",
        "Οι κ. Παπαδόπουλος και Δρ. Νίκου μίλησαν για το θέμα, βλ. Πίνακα.",
        "डॉ. शर्मा और प्रो. ए. पी. वर्मा ने यह कहा।",
    ],
)
def test_no_sentence_ends_in_an_abbreviation_in_any_script(text: str) -> None:
    assert sentences_in(text) == [text]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Всё сразу изменилось.", "Это был именно он.", "Потом он вернулся."],
        ["We have a recall of ⅓.", "Étienne agrees with it."],
        ["다음은 모두 제출할 것.", "회의는 내일 있다."],
        ["ეს არის პირველი წინადადება.", "მეორე წინადადება აქ არის."],
        ["हमें यह आज करना होगा।", "20 लोग आए थे।", "क्या कल छुट्टी रहेगी?", "यह तय है॥", "और कुछ नहीं।"],
        ["وہ کل آئے گا۔", "20 لوگ آئے تھے۔", "کیا یہ سچ ہے؟", "اور کچھ نہیں۔"],
        ["På bilden syns en örn.", "Den flyger högt."],
        ["זה היה טיפ.", "אחר כך הלכנו לשם."],
        ["Er sagte: »Das geht nicht.«", "Dann ging er.", "»Gut«, sagte sie ihm."],
        ["Il a dit : « Ça ne va pas. »", "Puis il est sorti.", "Elle : « Pas si vite ! »"],
    ],
)
def test_sentences_end_at_the_marks_of_their_script(sentences: list[str]) -> None:
    assert sentences_in(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["他说：“我们停下。", "我们走吧。”", "然后他走了。"],
        ["“我们必须停止。”他说。", "然后他说：“走吧！”", "“好。”"],
        ["彼は「もう無理だ。」と言った。", "そして部屋を出た。"],
        ["１．これは３．５億円です．", "次の話です｡", "本当ですか？！", "はい。"],
    ],
)
def test_sentences_end_at_wide_marks_and_the_quotations_that_these_close(sentences: list[str]) -> None:
    assert sentences_in("".join(sentences)) == sentences


CODE = """for x in [1, 2]:
    if x > 1 and x == 2:
        print("a")  # done

total = 3**2"""
ROWS = '`for x in [1, 2]:` `    if x > 1 and x == 2:` `        print("a")  # done` `total = 3**2`'


@pytest.mark.parametrize(
    "markdown",
    [
        f"```python\n{CODE}\n```",
        f"~~~\n{CODE}\n~~~",
        indent(CODE, "    "),
        indent(f"```\n{CODE}\n```", "> ", lambda row: True),
        f"- {indent(f'```{chr(10)}{CODE}{chr(10)}```', '  ').strip()}",
    ],
)
def test_each_row_of_code_is_code_with_every_sign_and_blank(markdown: str) -> None:
    assert texts(markdown) == [ROWS]
    assert clean(ROWS) == ROWS


def test_rows_of_code_with_backticks_and_tabs_keep_them() -> None:
    assert texts("```sh\necho `date`\n\tmake  all\n```") == ["echo `date` `\tmake  all`"]


def test_code_stands_on_the_page_in_the_record_and_in_exports_as_it_is() -> None:
    text = f"The loop is: {ROWS} `50%` `a^b:c:` `x | y` `$x`  and more."
    first, second = sample().main_points
    point = second.details[0].model_copy(update={"text": clean(text), "lead": None, "details": ()})
    document = sample(main_points=(first, second.model_copy(update={"details": (point,)})))
    page, made = render_markdown(document), ready(document)
    assert ROWS in page and not is_edited(page, document)
    assert f"{ROWS} `50%` `a^b:c:`" in write_github(made).decode() and "`50%` `a^b:c:`" in write_obsidian(made).decode()
    html = write_html(made).decode()
    assert "]:</code> <br/><code>    if x &gt; 1 and x == 2:</code> <br/>" in html and "<code>x | y</code>" in html
    shown = [p.text for p in Document(io.BytesIO(write_docx(made))).paragraphs]
    assert "The loop is: " + ROWS.replace("` `", "\n").replace("`", "") in [
        text.partition("\n50%")[0] for text in shown
    ]


@pytest.mark.parametrize(
    ("markdown", "lost"),
    [
        ("## Overview ##\n\nIt is.", 0),
        ("## Main Points\n\n### 1.1 Heat\n\n1. It is.\n\n### 1.2 Cold\n\n3) It was.", 0),
        ("```markdown\n## Overview\n\nIt is.\n```", 0),
        ("## Overview\n\nR&amp;D&nbsp;is <https://a.test/b>.", 0),
        ("## Key Concepts\n\n| Term | Meaning |\n| --- | --- |\n| Ice | cold |\n| Fog | wet |", 0),
        ("## Overview\n\nIt is:\n\n```python\nx = 1\n```", 0),
        ('## Overview\n\nIt is [here](https://a.test "there").', 3),
        ("## Main Points\n\n### A\n\nIt is:\n\n| A | B |\n| - | - |\n| a | b | three of them |\n| c | d |", 3),
    ],
)
def test_words_are_lost_only_where_no_statement_has_them(markdown: str, lost: int) -> None:
    assert lost_words(markdown, sections_in(markdown, TITLES, STUDY.sections, ENGLISH), TITLES) == lost


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("A range of 10<sup>6</sup>, CO<sub>2</sub>, x<sup>n+1</sup>.", ["A range of 10⁶, CO₂, xⁿ⁺¹."]),
        ("10<sup>**6**</sup>, 2<sup>k/2</sup>, m<sub>Ω</sub>.", ["10^6, 2^(k/2), m_Ω."]),
        ("Two parts:<br>the small<br/>and <B>the</B> <u class='a'>large</u>.", ["Two parts: the small and the large."]),
        ("<details>\n<summary>Why</summary>\n\nIt is.\n\n</details>\n\n<hr>\n\n<img src=x onerror=a(1)>", ["Why", "It is."]),
        ("It<!-- not\n\n- so --> is.\n\n<!-- nor\nso -->\n\nEnd.", ["It is.", "End."]),
        ("> [!NOTE]\n> The sum.\n\n- [ ] Save it.\n- [x] **Do:** it.", ["The sum.", "Save it.", "Do: it."]),
        ("- [X] marks it.\n- [1] is a number.\n\nSo:\n\n1. [x] = 5", ["[X] marks it.", "[1] is a number.", "So:"]),
        ("`<b>` and `<!-- x -->` stay.", ["`<b>` and `<!-- x -->` stay."]),
        ("A vector<int> of <name>, a < b.", ["A vector<int> of <name>, a < b."]),
        ("`a` in <name> and </name>, </b> and <b>.", ["`a` in <name> and </name>, </b> and <b>."]),
        ("<I>It</I> has <i and i>j.\n\n- <p>One</p>", ["It has <i and i>j.", "One"]),
    ],
)  # fmt: skip
def test_tags_comments_and_boxes_are_left_out_and_their_words_kept(markdown: str, found: list[str]) -> None:
    assert texts(markdown) == found


def test_rows_of_a_cell_are_parted() -> None:
    (table,) = below("| A | B |\n| - | - |\n| a | x<br>y<br>• z |\n| b | c |")
    assert [row.text for row in table.details] == ["a | x; y; z", "b | c"]
