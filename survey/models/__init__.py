"""All tables. The rules that must never be broken stand beside the columns as constraints.

Every table carries `municipality_id` first in its key, and foreign keys between tenant tables are composite:
a row of one municipality cannot point at another's. The few tables without it are named in `GLOBAL_TABLES`.
"""

from survey.models.ballots import (
    CONFIRMATIONS,
    MODES,
    TAGS,
    Ballot,
    BallotKey,
    Batch,
    BatchComplete,
    BatchPerson,
    BatchStatement,
    BatchTag,
    Comment,
    Confirmation,
    Fragment,
    MeetingCount,
    Participation,
    Response,
    Unshown,
    Waiting,
)
from survey.models.base import CHANNELS, LAWS, PAPER
from survey.models.baselines import LONGEST_REASON, Baseline
from survey.models.callbacks import CALLBACK_STATES, CallbackAttempt, CallbackCount, CallbackRequest
from survey.models.cells import Cell, CellGroup
from survey.models.goals import GOAL_KINDS, Goal
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
    AUDIO_TYPES,
    LINK_MODES,
    LOGO_TYPES,
    SAMPLINGS,
    Municipality,
    Questionnaire,
    QuestionnaireVersion,
    Recording,
    Sampling,
    SendingRule,
    Statement,
    Team,
    Translation,
    Wave,
)
from survey.models.providers import GatewayState, Receipt, RefusedReceipt, Stop, TrialMessage
from survey.models.public import Deed, OnsiteCode
from survey.models.sides import SideMean
from survey.models.staff import ROLES, AccessLog, ApiToken, Assignment, JobSlot, SignInAttempt, Staff, StaffSession
from survey.models.turnout import SentCount, TurnoutPart

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
    "AUDIO_TYPES",
    "CALLBACK_STATES",
    "CHANNELS",
    "CONFIRMATIONS",
    "DECISIONS",
    "GLOBAL_TABLES",
    "GOAL_KINDS",
    "KINDS",
    "LAWS",
    "LINK_MODES",
    "LOGO_TYPES",
    "LONGEST_REASON",
    "MODES",
    "PAPER",
    "PAUSE_REASONS",
    "ROLES",
    "SAMPLINGS",
    "TAGS",
    "AccessLog",
    "ApiToken",
    "Assignment",
    "Ballot",
    "BallotKey",
    "Baseline",
    "Batch",
    "BatchComplete",
    "BatchPerson",
    "BatchStatement",
    "BatchTag",
    "CallbackAttempt",
    "CallbackCount",
    "CallbackRequest",
    "Cell",
    "CellGroup",
    "Comment",
    "Confirmation",
    "Contact",
    "DeadAddress",
    "Deed",
    "Fragment",
    "GatewayState",
    "Goal",
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
    "OnsiteCode",
    "OptOut",
    "Participation",
    "Pause",
    "Questionnaire",
    "QuestionnaireVersion",
    "Receipt",
    "Recording",
    "RefusedReceipt",
    "RefusedRow",
    "Response",
    "Sampling",
    "SendingRule",
    "SentCount",
    "SideMean",
    "SignInAttempt",
    "Staff",
    "StaffSession",
    "Statement",
    "Stop",
    "Team",
    "Translation",
    "TrialMessage",
    "TurnoutPart",
    "Unshown",
    "Waiting",
    "Wave",
]
