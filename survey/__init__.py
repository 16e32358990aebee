"""The subject: questionnaires, meetings, messages, answers, callbacks, figures, and the citizen's pages."""

VERSION = "0.1.0"
"""The program's; a test holds it to pyproject.toml."""
