"""What an import has to say about old rows: a rule for each kind of trouble, and what is done about it."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

NOTED, MENDED, SKIPPED, REFUSED = "noted", "mended", "skipped", "refused"
EXAMPLES = 3
LONGEST_VALUE = 80
FORMULA = ("=", "+", "-", "@", "\t", "\r")

# rule: (outcome, what is done). Noted: comes as it is. Mended: comes changed. Skipped: does not come, and nobody misses
# it. Refused: does not come though somebody may miss it, so the import stops before it writes, unless told to go on.
RULES: dict[str, tuple[str, str]] = {
    # texts and values
    "broken_json": (MENDED, "broken JSON: what can be read of it is taken"),
    "misread_text": (MENDED, "UTF-8 that was read as latin1 is read again"),
    "damaged_text": (NOTED, "characters were lost before: the text comes as it is"),
    "forbidden_character": (MENDED, "NUL and halves of surrogate pairs are left out"),
    "not_texts": (MENDED, "what is no text is left out"),
    "unknown_language": (MENDED, "a language that CONTENT_LANGUAGES lacks is left out"),
    "odd_json": (MENDED, "numbers that are none, halves of characters, and what lies too deep, are left out of JSON"),
    "cut": (MENDED, "longer than its column here: what is beyond is cut off"),
    "too_long": (NOTED, "longer than our forms allow: comes whole, and wants shortening at the next edit"),
    "no_name": (MENDED, "a row without its name is called by its old table and number"),
    "zero_date": (MENDED, "a date that is none: the row's own time or none is taken"),
    "unknown_value": (MENDED, "a value that the old backend does not know: the usual one is taken"),
    "bad_number": (MENDED, "a number outside what it may be: the nearest is taken"),
    "bad_media": (MENDED, "what is no https URL is left out of the media; http becomes https"),
    "bad_json": (MENDED, "what should be a JSON object and is none is left out"),
    "ends_before_start": (MENDED, "an end that is not after its start: the start moves a day before the end"),
    # relations
    "bad_id": (REFUSED, "an id below 1, which no row here can have: would be left out"),
    "orphan": (SKIPPED, "points to a row that is not there: left out"),
    "orphan_of_value": (REFUSED, "points to a row that is not there: would be left out"),
    "lost_link": (MENDED, "an optional link to a row that is not there is cleared"),
    "second_of_pair": (SKIPPED, "a second row for the same pair: the first one came"),
    # people
    "duplicate_sub": (MENDED, "two rows of one Cognito subject become one person"),
    "lost_with_a_row": (NOTED, "of a row that becomes part of another person: what that one has stays, this is left"),
    "already_signed_up": (MENDED, "this subject has an account here already: what it owns goes there"),
    "bad_sub": (MENDED, "a subject that cannot be one: the person waits for a verified e-mail"),
    "duplicate_email": (NOTED, "another row waits for this e-mail: this one is joined by hand"),
    "bad_email": (MENDED, "no e-mail that can be one: comes without"),
    "nobody_can_sign_in": (NOTED, "neither subject nor e-mail: nobody can take over this account"),
    "bad_username": (MENDED, "a username that ours may not be: the person chooses again"),
    "reserved_username": (MENDED, "a username that nobody may choose: the person chooses again"),
    "duplicate_username": (MENDED, "a username that somebody else has: the person chooses again"),
    "was_admin": (NOTED, "rights are not imported: staff is who is in Cognito's group `admin`"),
    "bad_country": (MENDED, "a country that is no two letters is left out"),
    "device_moved": (SKIPPED, "a push token belongs to whoever had it last"),
    # copies
    "number_zero": (MENDED, "a copy without a number gets a free one"),
    "number_beyond": (MENDED, "a number beyond the edition: the copy gets a free one"),
    "duplicate_number": (MENDED, "a number that an older copy has: the copy gets a free one"),
    "edition_grown": (MENDED, "more copies than the edition has numbers: the edition grows to hold them"),
    "no_edition": (MENDED, "an edition of 0 or less: unlimited and retired, so that nobody draws it until staff say"),
    # campaigns and codes
    "code_beyond_our_shape": (NOTED, "does not fit our codes: works while OLD_CODES is on"),
    "code_twice": (REFUSED, "is the same as an older code once both are typed: would be left out"),
    "bad_code": (REFUSED, "an empty code: would be left out"),
    "transfer_code": (SKIPPED, "an open transfer ends with the old backend: the owner offers the copy again"),
    "code_overused": (MENDED, "used more often than allowed: what happened stays, nothing is left"),
    "campaign_overdrawn": (MENDED, "gave more than its limit: what happened stays, nothing is left"),
    "becomes_reward": (MENDED, "only missions give from this campaign: it becomes a reward"),
    "reward_of_its_own": (
        MENDED,
        "missions give from a campaign that has codes: they get a reward of their own",
    ),
    "draws_from_nothing": (MENDED, "draws from a collection and names none: comes inactive"),
    "ended_though_untimed": (NOTED, "its end has passed though it is not timed: extend it if its codes are to work"),
    "redemption_without_copy": (NOTED, "no copy fits this redemption: the use stays spent"),
    "redeemed_twice": (NOTED, "one person twice by one code: the second copy stays, without its code"),
    # missions and messages
    "mission_without_kind": (MENDED, "neither type nor list: comes inactive, for staff to finish"),
    "goal_out_of_reach": (NOTED, "its goal is higher than what counts for it"),
    "draft_is_due": (MENDED, "an inactive message whose time has passed stays a draft: due in 2099"),
}


class Finding(NamedTuple):
    """`value` is shown to the operator, but for columns that are SECRET: no e-mail, name, subject, token or code."""

    table: str
    old_id: int
    column: str
    rule: str
    value: str = ""

    @property
    def outcome(self) -> str:
        return RULES[self.rule][0]


@dataclass
class Counts:
    """Of one old table. `rows` = brought + merged + nothing + left."""

    rows: int = 0
    brought: int = 0  # as a row of their own
    merged: int = 0  # as part of another row
    nothing: int = 0  # held nothing to bring
    left: int = 0  # skipped or refused
    written: int = 0  # by this run


@dataclass
class Report:
    """Counts by table and by rule, the first examples of each; every finding goes to the file, if there is one."""

    path: Path | None = None
    counts: dict[str, Counts] = field(default_factory=dict)
    numbers: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[Finding]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.file = self.path.open("w", newline="", encoding="utf-8") if self.path else None
        self.csv = csv.writer(self.file) if self.file else None
        if self.csv:
            self.csv.writerow(["table", "id", "column", "rule", "outcome", "what is done", "value"])

    def close(self) -> None:
        if self.file:
            self.file.close()

    def of(self, table: str) -> Counts:
        return self.counts.setdefault(table, Counts())

    def add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            key = finding.table, finding.rule
            self.numbers[key] += 1
            kept = self.examples.setdefault(key, [])
            if len(kept) < EXAMPLES:
                kept.append(finding)
            if self.csv:
                line = [*finding[:4], *RULES[finding.rule], harmless(finding.value)]
                self.csv.writerow(line)

    def number_of(self, outcome: str) -> int:
        return sum(number for (_, rule), number in self.numbers.items() if RULES[rule][0] == outcome)

    def as_json(self) -> dict[str, Any]:
        found = [
            {
                "table": table,
                "rule": rule,
                "outcome": RULES[rule][0],
                "what": RULES[rule][1],
                "count": number,
                "examples": [
                    {"id": each.old_id, "column": each.column, "value": each.value}
                    for each in self.examples[table, rule]
                ],
            }
            for (table, rule), number in self.numbers.items()
        ]
        return {"tables": {name: vars(counts) for name, counts in self.counts.items()}, "findings": found}

    def lines(self) -> Iterable[str]:
        """For people: a table of counts, then each rule with its first examples."""
        yield f"{'table':24}{'rows':>9}{'come':>9}{'merge':>7}{'nothing':>9}{'left out':>9}"
        for name, each in self.counts.items():
            yield f"{name:24}{each.rows:>9}{each.brought:>9}{each.merged:>7}{each.nothing:>9}{each.left:>9}"
        for (table, rule), number in sorted(self.numbers.items(), key=lambda item: item[0]):
            outcome, what = RULES[rule]
            yield f"{outcome:8}{number:>7}  {table}: {what} [{rule}]"
            shown = (f"{each.old_id}{f' {each.column}' if each.column else ''}" for each in self.examples[table, rule])
            yield f"{'':17}first: {', '.join(shown)}"


def harmless(value: str) -> str:
    """A spreadsheet takes no cell for a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value


def shortened(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
