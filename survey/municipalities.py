"""A new municipality: its questionnaires, published, and its teams."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import linter, question_sets, recordings, translations
from survey.models import Municipality, Questionnaire, QuestionnaireVersion, Statement, Team
from survey.questionnaire import Questionnaire as Content

SENDER = re.compile(r"[A-Za-z0-9]{1,11}", re.ASCII)
"""An alphanumeric SMS sender; with other signs it arrives broken or not at all."""
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
DEFAULT_TEAMS = {"Opfølgning": ("LAB", "opfoelgning"), "Ydelse": ("LAS", "ydelse")}


def sender_of(name: str) -> str:
    """The SMS sender that the first word of `name` makes; "" when it has no letter to make one of."""
    return re.sub(r"[^A-Za-z0-9]", "", _plain(name))[:11]


def slug_of(name: str) -> str:
    """The short name that the first word of `name` makes; "" when it has no letter to make one of."""
    return re.sub(r"[^a-z0-9-]", "", _plain(name).lower())[:40].strip("-")


def _plain(name: str) -> str:
    """The first word of `name` with æ, ø and å written out and no accents."""
    word = (name.split() or [""])[0]
    for sign, letters in (("æ", "ae"), ("ø", "oe"), ("å", "aa")):
        word = word.replace(sign, letters).replace(sign.upper(), letters.capitalize())
    return "".join(sign for sign in unicodedata.normalize("NFKD", word) if not unicodedata.combining(sign))


def wrong_sender(sender: str) -> str:
    """Why `sender` cannot be what an SMS comes from, in Danish with the remedy; "" when it can."""
    if not SENDER.fullmatch(sender):
        return f"{sender!r} skal være 1-11 bogstaver og cifre, A-Z, a-z og 0-9: skriv æ, ø og å som ae, oe og aa"
    if linter.telling(sender, "da"):
        return f"{sender!r} kan afsløre, hvad samtalen handlede om: brug kommunens navn"
    return ""


def listed(session: Session) -> list[Municipality]:
    """Every municipality, by short name."""
    return list(session.scalars(select(Municipality).order_by(Municipality.slug)))


def establish(
    session: Session,
    *,
    slug: str,
    name: str,
    phone: str,
    sms_sender: str,
    now: datetime,
    teams: Mapping[str, tuple[str, str]] = DEFAULT_TEAMS,
) -> Municipality:
    """Create a municipality with every shipped questionnaire and `teams` (name → law, questionnaire code)."""
    municipality = Municipality(slug=slug, name=name, phone=phone, sms_sender=sms_sender)
    session.add(municipality)
    session.flush()
    ids = {code: publish(session, municipality.id, question_sets.load(code), now) for code in question_sets.CODES}
    for team, (law, code) in teams.items():
        session.add(Team(municipality_id=municipality.id, name=team, law=law, questionnaire_id=ids[code][0]))
    session.flush()
    return municipality


def _questionnaire(session: Session, municipality_id: int, content: Content) -> Questionnaire:
    """The questionnaire that `content` is a version of; made where it is the first."""
    mine = (Questionnaire.municipality_id == municipality_id, Questionnaire.code == content.code)
    row = session.scalar(select(Questionnaire).where(*mine))
    if row is None:
        row = Questionnaire(municipality_id=municipality_id, code=content.code, name=content.name)
        session.add(row)
        session.flush()
    return row


def publish(
    session: Session,
    municipality_id: int,
    content: Content,
    now: datetime,
    *,
    same: Collection[int] = (),
    continues: int | None = None,
) -> tuple[int, int]:
    """Publish `content` as the next version of its questionnaire: (questionnaire id, version id).

    The version before it is closed: what waits for it is tallied with its law group. Translations follow
    unverified where every text is known, and recordings where the words are the same. `same` are the positions
    that mean what they meant before, `continues` the version whose series goes on. Raises IntegrityError where it
    cannot: another scale or number of statements, or a statement that means something else.
    """
    row = _questionnaire(session, municipality_id, content)
    of_this = (
        QuestionnaireVersion.municipality_id == municipality_id,
        QuestionnaireVersion.questionnaire_id == row.id,
    )
    before = session.scalar(select(func.max(QuestionnaireVersion.id)).where(*of_this))
    followed = translations.following(session, municipality_id, before, content)
    for open_version in session.scalars(
        select(QuestionnaireVersion).where(*of_this, QuestionnaireVersion.closed_at.is_(None))
    ):
        open_version.closed_at = now
    version = QuestionnaireVersion(
        municipality_id=municipality_id,
        questionnaire_id=row.id,
        number=(session.scalar(select(func.max(QuestionnaireVersion.number)).where(*of_this)) or 0) + 1,
        points=content.scale.top,
        statement_count=len(content.statements),
        labels=list(content.scale.labels),
        continues_id=continues,
    )
    session.add(version)
    session.flush()
    session.add_all(
        Statement(
            municipality_id=municipality_id,
            version_id=version.id,
            position=position,
            text=statement.text,
            offers_callback=statement.offers_callback,
            same_meaning=position in same,
        )
        for position, statement in enumerate(content.statements, 1)
    )
    session.flush()
    version.published_at = now
    session.flush()
    translations.carry(session, municipality_id, version.id, followed)
    if before is not None:
        recordings.carry(session, municipality_id, before, version.id)
    return row.id, version.id
