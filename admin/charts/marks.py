"""The marks of figures: a dot, a diamond with a ring for a warning, a hollow square for what is not shown."""

from admin.charts.paper import Shape, line, shape


def dot(x: float, y: float, radius: float) -> Shape:
    """A figure."""
    return shape("circle", "dot", cx=x, cy=y, r=radius)


def warning(x: float, y: float, radius: float = 5.5) -> tuple[Shape, ...]:
    """A figure that warns: told by its shape where colours are not."""
    diamond = f"M{x:.1f} {y - radius:.1f}l{radius} {radius}l{-radius} {radius}l{-radius} {-radius}z"
    return shape("circle", "ring", cx=x, cy=y, r=radius + 3), shape("path", "alarm", d=diamond)


def unshown(x: float, y: float) -> Shape:
    """The place of a figure that is hidden."""
    return shape("rect", "unshown", x=x - 3.5, y=y - 3.5, width=7, height=7)


def span(start: float, end: float, y: float) -> tuple[Shape, ...]:
    """A bar from the first day to the last, with a foot at the first."""
    return line("span", start, y, end, y), line("span", start, y - 3, start, y + 3)


SPANNED = span(2, 24, 0)
DOTTED = (dot(12, 0, 5),)
WARNED = warning(12, 0, 4.5)
UNSHOWN = (unshown(12, 0),)
BAND = (
    shape("rect", "band", x=0, y=-6, width=24, height=12),
    line("rim", 0, -6, 24, -6),
    line("rim", 0, 6, 24, 6),
)
