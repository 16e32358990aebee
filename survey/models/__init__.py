"""All tables. The rules that must never be broken stand beside the columns as constraints.

Every table carries `municipality_id` first in its key, and foreign keys between tenant tables are composite:
a row of one municipality cannot point at another's. The few tables without it are named in `GLOBAL_TABLES`.
"""

from survey.models.ballots import (
    Ballot,
    BallotKey,
    Batch,
    BatchComplete,
    BatchPerson,
    BatchStatement,
    MeetingCount,
    Participation,
    Response,
    Unshown,
    Waiting,
)
from survey.models.base import CHANNELS, LAWS
from survey.models.callbacks import CALLBACK_STATES, CallbackAttempt, CallbackRequest
from survey.models.meetings import (
    DECISIONS,
    PAUSE_REASONS,
    Contact,
    DeadAddress,
    ImportCount,
    Invitation,
    Meeting,
    MeetingImport,
    OptOut,
    Pause,
    RefusedRow,
)
from survey.models.messages import ACCEPTED_STATES, KINDS, Link, Message, MessageText
from survey.models.municipalities import (
    LINK_MODES,
    SAMPLINGS,
    Municipality,
    Questionnaire,
    QuestionnaireVersion,
    Sampling,
    SendingRule,
    Statement,
    Team,
    Wave,
)
from survey.models.providers import GatewayState, Receipt, RefusedReceipt, Stop, TrialMessage
from survey.models.staff import ROLES, AccessLog, Assignment, JobSlot, SignInAttempt, Staff, StaffSession

GLOBAL_TABLES = frozenset(
    {
        "municipality",
        "staff",
        "staff_session",
        "sign_in_attempt",
        "job_slot",
        "receipt",
        "refused_receipt",
        "gateway_state",
    }
)
"""Tables of no municipality: the tenants themselves, people who may work in several, providers, and ticks."""

__all__ = [
    "ACCEPTED_STATES",
    "CALLBACK_STATES",
    "CHANNELS",
    "DECISIONS",
    "GLOBAL_TABLES",
    "KINDS",
    "LAWS",
    "LINK_MODES",
    "PAUSE_REASONS",
    "ROLES",
    "SAMPLINGS",
    "AccessLog",
    "Assignment",
    "Ballot",
    "BallotKey",
    "Batch",
    "BatchComplete",
    "BatchPerson",
    "BatchStatement",
    "CallbackAttempt",
    "CallbackRequest",
    "Contact",
    "DeadAddress",
    "GatewayState",
    "ImportCount",
    "Invitation",
    "JobSlot",
    "Link",
    "Meeting",
    "MeetingCount",
    "MeetingImport",
    "Message",
    "MessageText",
    "Municipality",
    "OptOut",
    "Participation",
    "Pause",
    "Questionnaire",
    "QuestionnaireVersion",
    "Receipt",
    "RefusedReceipt",
    "RefusedRow",
    "Response",
    "Sampling",
    "SendingRule",
    "SignInAttempt",
    "Staff",
    "StaffSession",
    "Statement",
    "Stop",
    "Team",
    "TrialMessage",
    "Unshown",
    "Waiting",
    "Wave",
]
