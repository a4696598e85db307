"""Collecting progress: a round is opened, written, judged and locked.

Every function takes one transaction, says by whom and when (``by``, ``at``), and
raises PermissionDenied, ValidationError with a sentence for people, or
``SavedMeanwhile`` where the slot is no longer the ``version`` that was seen. Asking
for the same a second time is no conflict.
"""

from cases.rounds.chase import Owing, remind, told_of, who_owes
from cases.rounds.digest import Digest, Links, Sent, digests, send_digests
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
    "Digest",
    "Links",
    "Owing",
    "OwnRound",
    "OwnSlot",
    "SavedMeanwhile",
    "Sent",
    "accept",
    "accept_many",
    "add_case",
    "answer",
    "digests",
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
    "send_digests",
    "submit",
    "submit_many",
    "told_of",
    "who_owes",
    "withdraw",
]
