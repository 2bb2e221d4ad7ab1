"""How a note is worded: what does not read as a note, and what code can put right without a model."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence, Set
from functools import cached_property

from pipeline.text import WORD, content_words, longest_shared_run, words
from pipeline.transcript import Segment

_FIRST_PERSON = re.compile(
    r"\b(?:I|I['’](?:m|ve|d|ll)|[Ww]e|[Ww]e['’](?:re|ve|d|ll)|[Mm]y|[Oo]ur|us|me|[Mm]yself|[Oo]urselves|[Mm]ine)\b"
)
_ASKING = re.compile(
    r"(?:Will|Would|Do|Does|Did|Is|Are|Can|Could|Should|Have|Has|How (?:do|does|did|can|could)) "
    r"(?:it|they|he|she|you|one|we|know|this|that|these|those)\b"
)
_SPOKEN = re.compile(
    r"(?:^|, )(?:oh(?: man)?|okay|ok|yes|yeah|yep|huh|wow|man|guys|you know|i mean|bye|right)(?=[,.!])"
    r"|^(?:yeah|oh|okay|you know|bye)\b|\bi (?:am|have|haven['’]t|just|love|think|really|mean|guess)\b",
    re.IGNORECASE,
)
THIRD_PERSON = "write in the third person"
QUOTED = re.compile(r"[“\"][^“”\"]{1,400}[”\"]|(?<!\w)['‘][^'‘’]{1,200}['’](?!\w)")
_META = re.compile(
    r"\b(?:the|this) (?:transcript|lines?|notes?|passage|excerpt|conversation)\b"
    r"|\bthe (?:speakers?|narrator|writer)\b|\bspeaker (?:says|mentions|discusses)\b"
    r"|\b(?:is|are|was|were) (?:mentioned|discussed)\b|\bthe importance of (?:understanding|having|being)\b"
    r"|\bthe statement (?:claims|says|in|is (?:that|(?:in)?correct|(?:un)?true|false|wrong|right))\b"
    r"|\bagrees? with .{1,60}['’]s? statements? (?:about|on)\b|\b(?:is|are|was|were) (?:speaking|talking) about\b"
    r"|\bin (?:this|the) (?:episode|video|section)\b"
    r"|^it is (?:now )?(?:ready|time) to (?:return|go back|come back|get back|move on|turn) to (?:the|this|that) "
    r"(?:discussion|explanation|description|topic|subject|question|example|next)\b"
    r"|\bthe (?:talk|recording|episode|lecture) is (?:titled|called|named)\b"
    r"|^it will (?:talk|speak) about\b|\bthe (?:talk|episode|recording) (?:has convinced|convinced|aims)\b"
    r"|\b(?:is|are|was|were) (?:studied|described|explained|covered|explored|introduced) "
    r"(?:together|here|in (?:the|this|an) example)\b",
    re.IGNORECASE,
)
# Whom a small model makes up where nobody is named; where the lines speak of them, a note may.
_MADE_UP = re.compile(
    r"^the person\b(?! (?:who|that|of|whose)\b)|\bthe (?:listener|authors?|presenter|text)\b", re.IGNORECASE
)
_EMPTY_PRAISE = re.compile(
    r"\bpowerful (?:tool|algorithm|method|technique|approach|way)\b"
    r"|\b(?:is|are|it) (?:crucial|essential|vital) (?:for|to|in)\b"
    r"|\bplays? an? (?:crucial|key|vital|important) role\b"
    r"|\bstrongest claim or result\b|\bdemonstrating the (?:effectiveness|importance|value)\b",
    re.IGNORECASE,
)
# What says that there is something, or that it matters, and no more; also where the lines say it.
_NOTHING = re.compile(
    r"^there(?:['’]s| is| are) (?:lots|a lot|plenty) of (?:\w+ )?"
    r"(?:cool|great|good|interesting|neat|fun|exciting|nice) (?:stuff|things|content)\b"
    r"|\b(?:is|are|was|were) (?:\w+ )?a (?:really )?(?:big|huge) deal\.$"
    r"|^(?:this|that|it) is (?:how|why|what|where|when)\b",
    re.IGNORECASE,
)
_RECORDING = re.compile(
    r"(?P<own>^the )?\b(?P<this>this (?:week['’]s )?(?:\w+ )?)?"
    r"(?P<noun>podcast|newsletter|episode|recap|recording|show)"
    r"(?: recap)?(?:, [^,]{1,40},)? (?:also )?"
    r"(?P<verb>covers?|covered|features?|featured|includes?|included|suggests?|suggested|focuses|highlights?|changes"
    r"|is about)\b",
    re.IGNORECASE,
)
_COVERING = re.compile(r"\bcover(?:s|ed)? (?:the )?(?:\w+ )?(?:newsletter|episode|recap)\b", re.IGNORECASE)
_FRAMED = re.compile(
    r"^(?:(?:The|This) (?:podcast|newsletter|episode|recap|recording|show) (?:also )?(?:features|covers|includes)"
    r"|There(?:['’]s| is| are) (?:lots|a lot|plenty) of (?:\w+ ){1,2}(?:stuff|things)(?: \w+)?, including) "
    r"(?P<thing>[^,]+), which "
    r"(?P<told>(?:is|are|was|were|has|have|had|can|may|will|(?!this|his|its|as|always)\w+s) .+)$"
)
_SMALL_TALK = re.compile(
    r"\b(?:welcom(?:es?|ing|ed)|thank(?:s|ed|ing)?|say(?:s|ing)? goodbye|sponsor(?:s|ed|ing)?|coupon code|subscribe)\b"
    r".{0,60}\b(?:audience|listeners?|viewers|everyone|everybody|show|podcast|episode|video|joining|having|listening"
    r"|free|discount|today|channel)\b|\bjoins? the (?:show|podcast|programme|program|episode)\b"
    r"|^(?:that|this|it)(?: is|['’]s) (?:an? )?(?:very |really )?"
    r"(?:good|great|interesting|excellent) (?:question|point)\b"
    r"|^(?:hello|hi|welcome|thank(?:s|ing|ed)?|check out|head (?:on )?over to|subscribe|sign up)\b"
    r"|\b(?:episode|show|podcast|programme|program|video) is (?:brought to|supported by|sponsored by)\b"
    r"|\bthanks? (?:\w+ ){0,2}for (?:sharing|sending|listening|watching|coming|having)\b"
    r"|\bthank(?:s|ed|ing)? (?!to\b)(?:[\w.'’-]+ ){1,9}for (?:\w+ ){0,2}(?:support|input|help|time|sponsor\w*)\b"
    r"|^(?:this|that|it) (?:was|has been) (?:such )?an? (?:really |very )?"
    r"(?:nice|great|fun|good|lovely|wonderful|fantastic|awesome|amazing|cool) (?:\w+ ){0,2}"
    r"(?:kick-?off|episode|show(?! of)|conversation|chat|discussion)\b"
    r"|\bget the (?:full )?show ?notes\b|\bas in [A-Z](?:-[A-Z]){2}"
    r"|\bvisit .{0,60}\bto (?:share|subscribe|sign up|support)\b"
    r"|\b(?:is|are|was|were) (?:excited|happy|glad|thrilled|delighted) (?:about\b"
    r"|to (?:talk|speak|be|share|have|welcome|join)\b)",
    re.IGNORECASE,
)
_REPORTED_QUESTION = re.compile(
    r"\b(?:asks?|asked|asking|wonders?|wondered|wondering)\b.{0,80}\b(?:about|whether|how|why|what|if|to)\b"
    r"|^[Tt]he question\b.{0,60}? is (?:whether|how|why|what|if)\b"
)
_OPINION = re.compile(
    r"\bI(?: would|['’]d)? (?:still |really |just |rather |never |personally )*(?:think|thought|believe|feel|guess"
    r"|suppose|doubt|(?:dis)?agree|hope|say|call|predict|expect|love|hate|prefer|recommend|argue|tax|bet|wish|fear|want)\b"
    r"|\bI have to (?:dis)?agree\b|\b[Ii]n my (?:opinion|view|experience|model)\b|\b[Tt]o me\b"
    r"|\b[Mm]y (?:own )?(?:opinion|view|guess|advice|hope|prediction|bet)\b"
)
_OPENING = re.compile(
    r"^(?:It (?:should|must) be (?:noted|mentioned|remembered|said) that"
    r"|One of the things (?:that )?the (?:learner|listener|reader|viewer) should (?:remember|know) is that"
    r"|It is (?:worth (?:noting|mentioning)|important to (?:note|remember)) that"
    r"|(?:Nevertheless|Nonetheless|However|Moreover|Furthermore|In addition|Additionally|Also|Therefore|Thus|Hence"
    r"|In fact|Finally|In conclusion|Then|Well|So|But|And|Now),) (\w)"
)
_ABBREVIATED = re.compile(r"(?P<before>(?:\b[\w-]+ ){1,5})\((?P<short>[A-Z]{2,6})\)")
_NOBODY = re.compile(r"\bthe (?:narrator|presenter|speaker|writer)\b(['’]s)?", re.IGNORECASE)
_SOMEBODY = re.compile(r"\bthe (?:host|author|person)\b(['’]s)?(?! (?:who|of|that|whose)\b)", re.IGNORECASE)
_COMPLETE = re.compile(r"(?<!\b(?:Dr|Mr|Ms|St))(?<!\b(?:Mrs|e\.g|i\.e))(?<!\bProf)[.!。！…][\"'”’)\]]*$")
_CONSISTENT = 0.75  # the share of its places in which a word has the same capitals
A_TITLE = 4  # words from which a title is one and no term, and in a row are from it
COPIED = "it copies the words of the line"
_LONGEST_COPY = 22


def form_fault(text: str, source: str) -> str | None:
    """Why a text does not read as a note: first person, a copy, talk about the talk, a question, a broken end."""
    outside = QUOTED.sub(" ", text)
    if text.rstrip().endswith("?") or _ASKING.match(text):
        return "it is a question"
    if not _COMPLETE.search(text.strip()) or re.search(r"[—–-][.\"”]*$", text.strip()):
        return "the sentence is not complete"
    if match := _FIRST_PERSON.search(outside):
        return f'it says "{match[0]}": {THIRD_PERSON}'
    if match := _SPOKEN.search(outside):
        return f'it says "{match[0].strip(" ,")}" as people talk: write what was said in plain words'
    if fault := talk_fault(text, source):
        return fault
    if _SMALL_TALK.search(outside):
        return "it is small talk or an advert"
    if _REPORTED_QUESTION.search(outside):
        return "it reports a question instead of the answer"
    if is_copy(outside, source):
        return COPIED
    if len(words(text)) < 5:
        return "it is too short to mean anything"
    return None


def with_named_speaker(text: str, segments: Sequence[Segment]) -> str:
    """The text with the name for "the narrator", or for "The host" in front, where one speaker says all its lines."""
    speakers = {s.speaker for s in segments}
    name = next(iter(speakers)) if len(speakers) == 1 else None
    said = " ".join(s.text for s in segments)
    if name is None or _NOBODY.search(said):
        return text
    text = _NOBODY.sub(lambda m: f"{name}{m[1] or ''}", text)
    if not _SOMEBODY.search(said):
        text = re.sub(rf"^{_SOMEBODY.pattern}", lambda m: f"{name}{m[1] or ''}", text, count=1, flags=re.IGNORECASE)
    return re.sub(rf"^According to {re.escape(name)}, (?={re.escape(name)}\b)", "", text)


def discussing(text: str) -> str:
    """ "Ann and Ben are talking about tides" as "Ann and Ben discuss tides"."""
    talk = re.compile(r"\b(is|are) (?:currently )?(?:talking|speaking) about\b", re.IGNORECASE)
    return talk.sub(lambda m: "discusses" if m[1].lower() == "is" else "discuss", text, count=1)


def without_label(text: str, names: Sequence[str]) -> str:
    """The text without a speaker's label in front of a sentence that is no quotation: "Ana: So, the weir …"."""
    labels = "|".join(re.escape(n) for n in names)
    return re.sub(rf"^(?:{labels}): (?![“\"])(\w)", lambda m: m[1].upper(), text) if labels else text


def without_trade(text: str, names: Sequence[str], said: Callable[[str], bool]) -> str:
    """The text without "a privacy expert" behind a speaker's name where `said` knows a word of it not."""
    labels = "|".join(re.escape(n) for n in names)
    trade = rf"\b(?P<name>{labels}), an? (?P<trade>[^,.;“”]{{3,70}}),(?= [a-z])"
    if not labels:
        return text
    return re.sub(trade, lambda m: m[0] if all(map(said, words(m["trade"]))) else m["name"], text)


def without_opening(text: str) -> str:
    """The text without words that only lead on from what was said before it: "Nevertheless, the model is useful."."""
    return _OPENING.sub(lambda m: m[1].upper(), text)


def without_expansion(text: str, said: Callable[[str], bool]) -> str:
    """The text without words before an abbreviation in brackets that nobody said and that it does not stand for.

    A small model makes up what letters mean: "insulin sensitivity (IBD)" of a talk about a block download. `said` tells
    whether a word is in the transcript.
    """

    def abbreviated(match: re.Match[str]) -> str:
        before = match["before"].split()
        kept = len(before)
        while kept and not said(before[kept - 1]):
            kept -= 1
        unsaid = before[kept:]
        spelled = "".join(w[0] for w in unsaid).upper()
        if not unsaid or spelled.endswith(match["short"]) or match["short"].endswith(spelled):
            return match[0]
        return " ".join((*before[:kept], match["short"]))

    return _ABBREVIATED.sub(abbreviated, text)


def about(text: str) -> str:
    """ "Tides are studied together, …" as "The recording is about tides, …"."""
    told = re.match(
        r"(?P<thing>[^,.]+?) (?:is|are) (?:studied|described|explained|covered|explored|introduced) together\b", text
    )
    if told is None:
        return text
    thing = re.sub(r"^(The|An?)\b", lambda m: m[0].lower(), told["thing"])
    return f"The recording is about {thing}{text[told.end() :]}"


def without_possessor(text: str) -> str:
    """The text with "our" as "the", where nobody is known to whom it could belong; a quotation stays as it is."""

    def the(match: re.Match[str]) -> str:
        return {"O": "The ", "o": "the "}.get(match["first"] or "", match[0])

    return re.sub(rf"{QUOTED.pattern}|\b(?P<first>[Oo])ur (?!own\b)", the, text)


def without_us(text: str) -> str:
    """The text without "to us" and "for us", which a note does not need; a quotation stays as it is."""
    return re.sub(rf"{QUOTED.pattern}|(?P<us> (?:to|for) us)(?=[ ,.;])", lambda m: "" if m["us"] else m[0], text)


def without_statement(text: str) -> str:
    """The text with what is stated in place of "the statement is that …"."""

    def stated(match: re.Match[str]) -> str:
        return match["first"].upper() if match.start() == 0 else f"{match['before']}{match['first']}"

    return re.sub(
        r"(?P<before>^|, |\bsays (?:that )?)[Tt]he statement (?:is|says) that (?P<first>\w)", stated, text, count=1
    )


def without_frame(text: str) -> str:
    """ "The episode features a kiln, which burns peat." as "A kiln burns peat."."""
    match = _FRAMED.match(text)
    return f"{match['thing'][:1].upper()}{match['thing'][1:]} {match['told']}" if match else text


def talk_fault(text: str, source: str) -> str | None:
    """Why a text talks about the talk or praises without saying anything, in words that its source does not have."""
    outside = QUOTED.sub(" ", text)
    if match := _META.search(outside):
        return f'it says "{match[0]}" instead of the matter itself'
    # "The person" is somebody of whom the lines speak so; any word for a reader or writer will do.
    match = _MADE_UP.search(outside)
    if match and (match[0] if match[0].lower() == "the person" else match[0].split()[-1]).lower() not in source.lower():
        return f'it says "{match[0]}", of whom the lines say nothing'
    if match := _NOTHING.search(text):
        return f'it says "{match[0]}", which tells nothing'
    match = _EMPTY_PRAISE.search(text)
    return f'it says "{match[0]}", which tells nothing' if match and match[0].lower() not in source.lower() else None


def recording_fault(text: str, said: str, title: str) -> str | None:
    """Why a note tells what the recording does ("The podcast covers …") instead of what is said in it."""
    text = text.replace(title, "the recording") if title else text
    match = _RECORDING.search(text)
    if match is None:
        match = _COVERING.search(text)
        return f'it says "{match[0]}" instead of the matter itself' if match else None
    named = text[: match.end("noun")].split()[-2:]
    own = match["this"] or (match["own"] and match["noun"].lower() != "newsletter") or " ".join(named) in title
    heard = re.search(rf"\b{match['noun']}\b.{{0,30}}\b{match['verb'][:5]}", said, re.IGNORECASE)
    if match["noun"].lower() in said.lower() and (heard or not own) and not match["this"]:
        return None  # they may speak of a newsletter; "this" one is their own, and so is "The episode" or one by title
    return f'it says "{match[0]}" instead of the matter itself'


def tells_title(text: str, title: str, said: str) -> bool:
    """Whether a text has words of the recording's title in a row that its lines do not say, as if they told of them."""
    if len(content_words(title)) < A_TITLE:
        return False
    ours, theirs = _rows(text), _rows(said)
    return any(row in ours and row not in theirs for row in _rows(title))


def _rows(text: str) -> set[tuple[str, ...]]:
    """Every A_TITLE words in a row."""
    said = words(text)
    return {tuple(said[i : i + A_TITLE]) for i in range(len(said) - A_TITLE + 1)}


def without_title(text: str, title: str) -> str:
    """The text without the recording's title in front: "TITLE: the matter", "In TITLE, the matter"."""
    opening = rf"^(?:(?:In )?(?:[Tt]he )?{re.escape(title)}[:,] )(\w)" if title else "$^"
    return re.sub(opening, lambda m: m[1].upper(), text)


def address_fault(text: str, names: Sequence[str]) -> str | None:
    """Why a text speaks to somebody, or speaks as they do: a name between commas, or a line's label in front."""
    labels = "|".join(re.escape(n) for n in names)
    if labels and (match := re.search(rf"(?<!\w)(?:{labels}):(?!\s*[“\"])", text)):
        return f"it repeats the label {match[0]}"
    firsts = [re.escape(part) for name in names for part in {name, name.split()[0]} if name.split()]
    if firsts and (match := re.search(rf"(?:^|, )({'|'.join(firsts)}), (?!and\b|who\b|an? \b|the \w+ of\b)", text)):
        return f"it speaks to {match[1]}" if text.startswith(match[1]) or not _listed(text, match) else None
    return None


def _listed(text: str, match: re.Match[str]) -> bool:
    """Whether the name is one of a list, "Ann, Ben, and Cara"."""
    return bool(re.match(r"\s*(?:and |or )?[A-Z]", text[match.end() :]))


def is_copy(text: str, source: str) -> bool:
    """A run of many words taken over unchanged, or nearly all of a short text."""
    run, length = longest_shared_run(text, source), len(words(text))
    return run > _LONGEST_COPY or (run >= 12 and run > 0.7 * length)


def with_owner(text: str, segments: Sequence[Segment], small_words: Set[str]) -> str:
    """The text with its owner in front, where its lines say an opinion, one speaker says them all and it names nobody.

    A first word loses its capital where the transcript writes it small somewhere (`small_words`).
    """
    owners = {s.speaker for s in segments}
    owner = next(iter(owners)) if len(owners) == 1 else None
    if owner is None or not any(_OPINION.search(s.text) for s in segments):
        return text
    named = any(re.search(rf"\b{re.escape(name)}\b", text) for name in owner.split() if len(name) > 2)
    if named or (" " in owner and owner.casefold() in text.casefold()):
        return text
    first = text.split(maxsplit=1)[0]
    small = first[1:].islower() and all(p in small_words for p in re.findall(r"[^\W\d_]+", first.lower()))
    return f"According to {owner}, {first.lower() if small or first == 'A' else first}{text[len(first) :]}"


class Spelling:
    """The capitals that a transcript gives its words within sentences, where it is consistent."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments

    def __call__(self, phrase: str) -> str:
        """The phrase with names as the transcript writes them, and without a capital for a first word that is none."""

        def spelled(match: re.Match[str]) -> str:
            form = self._forms.get(match[0].casefold(), match[0])
            return form if match.start() == 0 or form != form.lower() else match[0]

        named = phrase.partition(" ")[2][:1].isupper()
        return phrase[:1] + WORD.sub(spelled, phrase)[1:] if named else WORD.sub(spelled, phrase)

    @cached_property
    def _forms(self) -> dict[str, str]:
        seen: dict[str, Counter[str]] = defaultdict(Counter)
        for segment in self._segments:
            for word in _alone(segment.text):
                seen[word.casefold()][word] += 1
        small = sum(forms[word] for word, forms in seen.items())
        if 2 * small < sum(forms.total() for forms in seen.values()):
            return {}  # a transcript in capitals tells no names
        usual = {word: forms.most_common(1)[0] for word, forms in seen.items()}
        return {word: form for word, (form, n) in usual.items() if n >= _CONSISTENT * seen[word].total()}


def _alone(text: str) -> list[str]:
    """Words within a sentence, names of several words left out: "Cap Com" tells nothing of "cap"."""
    tokens = list(WORD.finditer(text))
    capital = [False, *(t[0][0].isupper() for t in tokens), False]
    return [
        t[0]
        for i, t in enumerate(tokens, 1)
        if text[: t.start()].endswith(" ")
        and text[t.start() - 2].isalnum() | (text[t.start() - 2] in ",;")
        and not (capital[i] and (capital[i - 1] or capital[i + 1]))
    ]
