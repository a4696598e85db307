"""Collecting progress: a round is opened, written, judged and locked.

Every function takes one transaction, says by whom and when (``by``, ``at``), and
raises PermissionDenied, ValidationError with a sentence for people, or
``SavedMeanwhile`` where the slot is no longer the ``version`` that was seen. Asking
for the same a second time is no conflict.
"""

from cases.rounds.chase import Owing, remind, who_owes
from cases.rounds.holding import SavedMeanwhile
from cases.rounds.judging import (
    accept,
    accept_many,
    edit,
    enter,
    lock_round,
    reopen,
    send_back,
)
from cases.rounds.opening import (
    add_case,
    make_joint,
    make_separate,
    move_days,
    open_round,
)
from cases.rounds.own import OwnRound, OwnSlot, next_owed, owed_count, own_rounds
from cases.rounds.writing import answer, save, submit, submit_many, withdraw

__all__ = [
    "Owing",
    "OwnRound",
    "OwnSlot",
    "SavedMeanwhile",
    "accept",
    "accept_many",
    "add_case",
    "answer",
    "edit",
    "enter",
    "lock_round",
    "make_joint",
    "make_separate",
    "move_days",
    "next_owed",
    "open_round",
    "owed_count",
    "own_rounds",
    "remind",
    "reopen",
    "save",
    "send_back",
    "submit",
    "submit_many",
    "who_owes",
    "withdraw",
]
