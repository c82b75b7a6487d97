"""Text from outside cannot do harm."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from siteline.report.inert import LONGEST, inert
from siteline.report.lettering import broken, can_letter, width_of


@given(st.text(max_size=300))
def test_nothing_that_hides_or_turns_survives(text: str) -> None:
    """No control, bidi or zero-width character comes through, whatever the text."""
    kept = inert(text)
    assert not any(0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 or ord(c) == 0x200B for c in kept)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in kept)
    assert inert(kept) == kept


def test_names_in_other_scripts_stay_whole() -> None:
    """Korean, Cyrillic, Arabic and Persian (with its joiners) are spelled as they were given."""
    for name in ("제2기계공장 화성", "Завод имени Кирова", "مصنع", "کارخانه‌ها", "Bệnh viện"):
        assert inert(name) == unicodedata.normalize("NFC", name)


def test_towers_and_endless_text_are_cut() -> None:
    """Forty accents on one letter become three, ten million letters become a few thousand."""
    assert len(inert("a" + "\u0336" * 40)) == 4
    assert len(inert("x" * 10_000_000)) <= LONGEST + 10


def test_a_joiner_beside_ascii_is_dropped() -> None:
    """ "A-1" cannot be imitated by an "A-1" with something invisible in it."""
    assert inert("A-\u200d1") == inert("A-\u200b1") == "A-1"


@given(st.text(max_size=120), st.integers(40, 400))
def test_broken_lines_fit(text: str, width: int) -> None:
    """Text that breaks to a width never sticks out, but for a single letter."""
    assert all(width_of(line, 12) <= width or len(line) == 1 for line in broken(inert(text), 12, width))


def test_what_cannot_be_lettered_is_known() -> None:
    """Latin and Cyrillic can be burned into a picture on every machine; Arabic goes to the caption."""
    assert can_letter("© Imagery 2024, Завод")
    assert not can_letter("مصنع")
