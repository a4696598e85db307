"""The work of the bodies: cases, their ledger and their progress."""

from cases.models.cases import (
    Case,
    CaseAlias,
    CaseQuerySet,
    CaseTheme,
    Participant,
    Standing,
    Theme,
    last_told,
)
from cases.models.drafts import DraftDecision
from cases.models.editions import Correction, EditionFile, ReportEdition
from cases.models.handbooks import (
    HandbookEdition,
    HandbookFile,
    HandbookSection,
    HandbookWording,
)
from cases.models.ledger import CountClaim, LedgerEntry
from cases.models.links import CaseLink
from cases.models.progress import ProgressUpdate, ReportingRound, latest_round
from cases.models.proposals import (
    Proposal,
    ProposalContact,
    ProposalQuerySet,
    ProposalStep,
    ProposalType,
    content_of,
)
from cases.models.readings import (
    Choice,
    ReadDecision,
    Reading,
    ReadMinutes,
    ReadProgress,
)
from cases.models.steps import ProgressStep, Reminder
from cases.models.uploads import SheetUpload

__all__ = [
    "Case",
    "CaseAlias",
    "CaseLink",
    "CaseQuerySet",
    "CaseTheme",
    "Choice",
    "Correction",
    "CountClaim",
    "DraftDecision",
    "EditionFile",
    "HandbookEdition",
    "HandbookFile",
    "HandbookSection",
    "HandbookWording",
    "LedgerEntry",
    "Participant",
    "ProgressStep",
    "ProgressUpdate",
    "Proposal",
    "ProposalContact",
    "ProposalQuerySet",
    "ProposalStep",
    "ProposalType",
    "ReadDecision",
    "ReadMinutes",
    "ReadProgress",
    "Reading",
    "Reminder",
    "ReportEdition",
    "ReportingRound",
    "SheetUpload",
    "Standing",
    "Theme",
    "content_of",
    "last_told",
    "latest_round",
]
