"""Which answers a task accepts."""

from processes.core import graph as g

ANSWERED = g.Outcome("answered", "Answer", "neutral", comment_required=True)
"""What a colleague's question is answered with; its comment is the answer."""
