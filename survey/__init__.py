"""The subject: questionnaires, meetings, messages, answers, callbacks, figures, and the citizen's pages."""
