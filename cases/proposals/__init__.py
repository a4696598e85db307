"""Proposals: written, handed in, discussed, and taken up by a meeting's minutes.

Every function takes one transaction, says by whom and when (``by``, ``at``), and
raises PermissionDenied, ValidationError with a sentence for people, or
``SavedMeanwhile`` where the proposal is no longer the ``version`` that was seen.
Asking for the same step a second time is no conflict.
"""

from cases.proposals.beginning import begin, from_motion, from_paper
from cases.proposals.deciding import (
    agree,
    awaiting,
    discuss,
    edit,
    merge,
    settle,
)
from cases.proposals.holding import SavedMeanwhile
from cases.proposals.writing import (
    Form,
    Person,
    recall,
    save,
    send_back,
    submit,
    withdraw,
)

__all__ = [
    "Form",
    "Person",
    "SavedMeanwhile",
    "agree",
    "awaiting",
    "begin",
    "discuss",
    "edit",
    "from_motion",
    "from_paper",
    "merge",
    "recall",
    "save",
    "send_back",
    "settle",
    "submit",
    "withdraw",
]
