"""Correct the faults that a check reported; code checks each new text once more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.capable.chunks import Fault
from pipeline.capable.objections import Verdict, Verdicts, joined
from pipeline.capable.writing import CITES_NO_LINE
from pipeline.document import Withheld
from pipeline.draft import Draft, DraftGroup, DraftStatement, updated
from pipeline.emphasis import unmarked
from pipeline.sections.base import without_end_mark
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.tables import cells, row_of
from pipeline.text import LEADS_TO_A_LIST, clean, word_count, words
from pipeline.verification import Recording, finding, findings, with_lines

NOT_BORNE = "its lines do not support it"
_TITLE_STANDS = 'the check objects to the heading "{}", which was kept: {}'
_TITLE_CHANGED = 'the check wrote "{}" instead of the heading "{}": {}'
_MARKED = re.compile(r"^\((?:part|heading|columns)\)\s*")
_MARK_IN_FRONT = re.compile(r"\s*(?:(?:#{1,6}|[*•]|(?P<number>\d{1,6})[.)])\s+|-\s+(?!\d))")
_BOLD_IN_FRONT = re.compile(r"\*\*([^*]+[:：.。])\*\*\s*")
_COLON = re.compile(r"\s?(?::\s+|：\s*)")
_LEAD_IN = re.compile(rf"([^:：]{{1,60}}?)({_COLON.pattern})")
_MOST_OF_LEAD_IN = 3  # words before a colon up to which they may name a person or thing that a check renames


def _new_findings_and_remark(text: str, before: str, recording: Recording) -> tuple[str, str]:
    """What code finds in a corrected text: new findings, and as a remark those that the model has seen and accepted."""
    known = {(f.kind, text) for f in findings(before, recording) for text in f.texts}
    now = findings(text, recording)
    new = [f for f in now if any((f.kind, text) not in known for text in f.texts)]
    return "; ".join(f.message for f in new), "; ".join(f.message for f in now if f not in new)


def _label_and_text(statement: DraftStatement, fault: Fault) -> tuple[str, str]:
    """Label and text from a fault. A lead in the text ("Liz: …") stays there, and the text does not repeat the label.

    The label of a bound statement is the name of a field, which a check cannot change.
    """
    label, text = without_end_mark(fault.label), fault.text.strip()
    if statement.label:
        stays = statement.label if statement.bound or not label else label
        for lead in (label, statement.label):
            if lead and text.startswith(lead) and (mark := _COLON.match(text, len(lead))):
                return stays, text[mark.end() :]
        return stays, text
    before = _LEAD_IN.match(statement.text)
    names = before and (label == before[1] or (before[1][0].isupper() and before[1].count(" ") < _MOST_OF_LEAD_IN))
    if label and text and before and names and not (text.startswith(label) and _COLON.match(text, len(label))):
        text = f"{label}{before[2]}{text}"
    return "", text


def _without_marks(text: str, before: str, numbers: Sequence[int]) -> str:
    """A corrected text without marks that the page prints before it, unless `before` began with them too.

    Such marks are a bullet, a heading's signs, or one of the numbers under which it was shown or is printed.
    """
    while mark := _MARK_IN_FRONT.match(text):
        is_its_own = before.startswith(mark[0].strip())
        if is_its_own or (mark["number"] and int(mark["number"]) not in numbers):
            break
        text = text[mark.end() :]
    return text


def _as_its_text(statement: DraftStatement, fault: Fault) -> str:
    """The text of a fault without marks before it and without a lead in bold.

    "" if it has no letter or digit.
    """
    text = _without_marks(fault.text, statement.text, (statement.id,))
    leads = {without_end_mark(fault.label), statement.label} - {""}
    if (bold := _BOLD_IN_FRONT.match(text)) and without_end_mark(bold[1]) in leads:
        text = text[bold.end() :]
    return text if any(map(str.isalnum, text)) else ""


def _is_no_statement(statement: DraftStatement, text: str) -> bool:
    """Whether a correction is a single word, such as "(none)", that the statement of several words does not contain."""
    is_word = word_count(text) == 1 < word_count(statement.text)
    return is_word and not all(word in statement.labelled.casefold() for word in words(text))


def _with_first_cell(statement: DraftStatement, fault: Fault) -> Fault:
    """The fault, with the first cell restored if its row lacks it: a model may mistake that cell for a label."""
    if not fault.text.strip():  # nothing of it is supported
        return fault
    old, new, label = cells(statement.text), cells(fault.text), without_end_mark(fault.label)
    if not statement.bound or new[0] == label or not _are_all_but_the_first(new, old, has_label=bool(label)):
        return fault
    return fault.model_copy(update={"text": row_of((label or old[0], *new)), "label": ""})


def _are_all_but_the_first(new: Sequence[str], old: Sequence[str], *, has_label: bool) -> bool:
    """Whether the `new` cells are the `old` ones without the first, each corrected but in its place.

    If there is no label as first cell, the second cell has to share words, since it might be the first one corrected.
    """

    def resembles(cell: str, other: str) -> bool:
        return cell == other or not set(words(cell)).isdisjoint(words(other))

    if len(new) != len(old) - 1 or not (has_label or resembles(new[0], old[1])) or (len(new) == 1 and not has_label):
        return False
    pairs = zip(new, old[1:], strict=True)
    return all(
        resembles(cell, counterpart) or not any(resembles(cell, other) for other in old) for cell, counterpart in pairs
    )


def _is_no_row(statement: DraftStatement, text: str) -> bool:
    """Whether a row of a table would change its number of cells. (As a sentence it turns the table into a list.)"""
    old, new = len(cells(statement.text)), len(cells(text))
    return statement.bound and old > 1 and new > 1 and old != new


def put_right(statement: DraftStatement, verdict: Verdict, recording: Recording) -> DraftStatement | None:
    """A statement as a check corrects it, with its old text and the reason; None if nothing of it is supported."""
    plain, emphasis = unmarked(_as_its_text(statement, verdict.fault))
    fault = _with_first_cell(statement, verdict.fault.model_copy(update={"text": plain}))
    if _is_no_row(statement, fault.text) or _is_no_statement(statement, fault.text):
        return replace(statement, finding=joined(statement.finding, verdict.reason))
    label, text = _label_and_text(statement, fault)
    if not text:
        return None
    if statement.details and _colon_at_end(statement.text) and text[-1].isalnum() and not _COLON.search(text):
        text += _colon_at_end(statement.text)  # a model may omit the colon, as it does after a label
    changed = replace(statement, text=text, label=label, lines=verdict.lines or statement.lines)
    changed = with_lines(replace(changed, emphasis=(*statement.emphasis, *emphasis)), recording)
    before, after = statement.text, changed.text
    if changed.label != statement.label:
        before, after = statement.labelled, changed.labelled
    new_findings, remark = _new_findings_and_remark(after, before, recording)
    if verdict.lines:  # the correction also settles earlier findings
        reason, doubts = joined(statement.reason, _finding_besides_lines(statement), fault.why), new_findings
    else:
        reason, doubts = joined(statement.reason, fault.why), joined(statement.finding, new_findings)
    return replace(changed, before=statement.before or before, reason=reason, finding=doubts, remark=remark)


def _finding_besides_lines(statement: DraftStatement) -> str:
    """The earlier finding on a statement; "" if it is only that no line is cited."""
    return "" if statement.finding == CITES_NO_LINE else statement.finding


def corrected(draft: Draft, verdicts: Verdicts, recording: Recording) -> Draft:
    """The numbered draft with its faults corrected; code checks each new text once more."""
    withheld: list[Withheld] = []
    printed = {g.id: number for number, g in enumerate(draft.sections.get(MAIN_POINTS.name, ()), 1)}

    def judged(section: str, statement: DraftStatement) -> DraftStatement | None:
        if reason := verdicts.unchecked.get(statement.id):
            return replace(statement, finding=reason)
        if (verdict := verdicts.faults.get(statement.id)) is None:
            remark = finding(statement.text, recording) if statement.lines else ""
            doubt = "" if statement.finding == remark else statement.finding  # the model has seen and accepted it
            return updated(statement, remark=remark, finding=doubt)
        if verdict.fault.verdict == "citation":
            doubt = joined(_finding_besides_lines(statement), "" if verdict.lines else NOT_BORNE)
            remark = finding(statement.text, recording)
            return replace(statement, lines=verdict.lines or statement.lines, finding=doubt, remark=remark)
        changed = put_right(statement, verdict, recording)
        if changed is None:
            withheld.append(statement.withheld(section, verdict.fault.why))
        return changed

    def doubted(section: str, statement: DraftStatement) -> DraftStatement | None:
        out, doubt = judged(section, statement), verdicts.doubts.get(statement.id, "")
        return replace(out, finding=joined(out.finding, doubt)) if out and doubt else out

    def heading(group: DraftGroup) -> DraftGroup:
        text, why = _title_put_right(group.id, verdicts, group.heading, printed.get(group.id, 0))
        if text not in ("", group.heading):
            reason = joined(group.reason, why)
            return replace(group, heading=text, before=group.before or group.heading, reason=reason, finding="")
        return replace(group, finding=why) if why else group

    out = draft.rewritten(doubted, heading)
    groups = (g for rows in out.sections.values() for g in rows if g.finding)
    remarks = (_TITLE_STANDS.format(g.heading, g.finding) for g in groups)
    out = replace(out, withheld=(*draft.withheld, *withheld), remarks=(*draft.remarks, *remarks))
    return _with_titles(out, verdicts)


def _colon_at_end(text: str) -> str:
    """The colon with which a text introduces what is below it, "" if there is none."""
    return text[-1] if text.endswith(LEADS_TO_A_LIST) else ""


def title_of(fault: Fault, before: str, number: int = 0) -> str:
    """The corrected title, without the marks and the `number` it is shown or printed with; "" if nothing is left."""
    text = _without_marks(clean(fault.text), before, (fault.id, number))
    text = unmarked(_MARKED.sub("", text))[0]
    return text if any(map(str.isalnum, text)) else ""


def _title_put_right(id_: int, verdicts: Verdicts, before: str, number: int = 0) -> tuple[str, str]:
    """The correction of a title printed with a `number` ("" if it has none), and the objection to it.

    A fault in its citation is ignored, since a title has no lines of its own.
    """
    verdict, doubt = verdicts.faults.get(id_), verdicts.doubts.get(id_, "")
    if verdict is None or verdict.fault.verdict == "citation":
        return "", doubt
    return title_of(verdict.fault, before, number), joined(verdict.reason, doubt)


def _with_titles(draft: Draft, verdicts: Verdicts) -> Draft:
    """The draft with the titles of parts and of tables' columns corrected, and a remark on each change."""
    remarks: list[str] = []

    def title(id_: int, before: tuple[str, ...]) -> tuple[str, ...]:
        """The corrected cells of a title, if their number stays the same."""
        text, why = _title_put_right(id_, verdicts, row_of(before))
        if not id_ or not why:
            return before
        new = cells(text) if len(before) > 1 else (text,)
        if not text or new == before or len(new) != len(before):
            remarks.append(_TITLE_STANDS.format(row_of(before), why))
            return before
        remarks.append(_TITLE_CHANGED.format(row_of(new), row_of(before), why))
        return new

    def with_columns(section: str, row: DraftStatement) -> DraftStatement:
        return replace(row, columns=title(row.columns_id, row.columns)) if row.columns_id else row

    parts = {g.part_id: g.part for groups in draft.sections.values() for g in groups}
    parts = {id_: title(id_, (part,))[0] for id_, part in parts.items()}
    out = draft.rewritten(with_columns, lambda g: updated(g, part=parts[g.part_id]))
    return replace(out, remarks=(*draft.remarks, *remarks))
