"""How much room words take in the font of the viewer, 12 pixels high. A little more than exact."""

from math import ceil

LINE = 14
NARROW = frozenset("iljtfrI.,:;'|!()[]{}/\\ -\"°")
WIDE = frozenset("mwMWQOGD@%&—…")
LABEL_WIDTH = 88
MAX_LINES = 8


def width_of(text: str) -> float:
    return sum(
        3.9 if sign in NARROW
        else 10.2 if sign in WIDE
        else 12.5 if ord(sign) > 0x2E7F
        else 8.2 if sign.isupper()
        else 6.9
        for sign in text
    )  # fmt: skip


def lines_of(text: str, width: int) -> list[str]:
    """Return the words in lines of this width; a longer word is broken as the viewer does."""
    lines = [""]
    for word in text.split():
        rest = word
        while rest:
            fit = f"{lines[-1]} {rest}".strip()
            if width_of(fit) <= width:
                lines[-1], rest = fit, ""
            elif lines[-1]:
                lines.append("")
            else:
                upto = max(1, next(n for n in range(len(rest), -1, -1) if _fits(rest[:n], width)))
                lines[-1], rest = rest[:upto], rest[upto:]
                if rest:
                    lines.append("")
    return [line for line in lines if line]


def _fits(text: str, width: int) -> bool:
    return width_of(text) <= width


def label_size(text: str, width: int = LABEL_WIDTH) -> tuple[int, int]:
    """Return width and height of a label outside of a shape; nothing for no words."""
    lines = lines_of(text[:200], width)
    if not lines:
        return 0, 0
    return ceil(max(width_of(line) for line in lines)) + 2, LINE * len(lines)
