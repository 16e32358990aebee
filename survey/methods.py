"""The method page of a report: what the figures are, what is kept back, which test says what, from how many."""

from dataclasses import dataclass

from survey import cells, scoring
from survey.scoring import early_warning, statements, target, trends
from survey.scoring.comparisons import SMALLEST_COMPARED

DEFINITIONS = {
    "Hvem er spurgt": (
        "Borgere får et personligt link efter en samtale og svarer, hvis de vil. Svarene er anonyme: de ligger "
        "forseglet, lægges sammen i portioner på mindst {smallest}, og forbindelsen til personen slettes. "
        "Hvem der har svaret hvad, kan ingen finde frem til."
    ),
    "Gennemsnit": (
        "Summen af alle svar på skalaen divideret med antallet af svar, aldrig et gennemsnit af dages gennemsnit. "
        "Tomme svar og »ved ikke« tæller ikke med. n er antallet af besvarelser; ved et udsagn antallet af svar "
        "på det. Svar hører til perioden, når den portion, de ligger i, blev fuld i den."
    ),
    "Svarprocent": (
        "Besvarede af udsendte spørgeskemaer, efter den uge de blev sendt. Udsendt er det, en udbyder har taget "
        "imod, og det, der er tvivl om. En påmindelse er ikke et nyt spørgeskema. Uger med få udsendte er lagt "
        "sammen med de næste."
    ),
    "Usikkerhed": (
        "Grænser, som det sande tal med 95 % sikkerhed ligger imellem, hvis de, der svarede, er som de andre. "
        "For et gennemsnit regnes med hver persons eget gennemsnit (Dirichlet, vægt 1); for en andel Wilson. Hvor "
        "fordelingerne ikke kan vises, er det de videste grænser, gennemsnittet kan have."
    ),
    "Beskyttelse": (
        "Intet gennemsnit og ingen andel af svar hviler på færre end {smallest} besvarelser. En svarprocent er af "
        "mindst {smallest} udsendte, hvor få der end har svaret. Et punkt i et diagram kræver {point}, en "
        "fordeling {spread}. Under {precise} besvarelser vises én decimal, og meget høje og lave tal kun som "
        "»mindst« eller »højst«. »Vises ikke« betyder, at tallet kunne røbe, hvad nogle få har svaret. Der findes "
        "ingen tal for enkelte medarbejdere."
    ),
    "Lægges aldrig sammen": (
        "Opfølgning og ydelse, to versioner af et spørgeskema, skalaerne 1-4 og 1-5, og svar fra en skærm i "
        "venteværelset med svar på et tilsendt spørgeskema."
    ),
}


@dataclass(frozen=True)
class Method:
    """How one question is answered: by which test, and from how many answers on."""

    question: str
    test: str
    fewest: str


METHODS = (
    Method(
        "Over målet?",
        "Ensidige grænser, 95 % (Dirichlet, vægt ½ pr. trin), en gang pr. periode; imellem kan det ikke afgøres",
        f"{target.SMALLEST_JUDGED} besvarelser",
    ),
    Method(
        "Over målet, før perioden er slut?",
        "E-proces (Waudby-Smith og Ramdas) for gennemsnit og andele: en påstand ved bevis 20 er forkert i højst "
        "en af tyve perioder, hvor ofte man end ser efter, når der tælles fra samme dag. Stigning og forskel "
        "dømmes for de kvartaler, der er slut",
        f"{target.SMALLEST_JUDGED} besvarelser",
    ),
    Method(
        "Stigende eller faldende i perioden?",
        "Kendalls tau-b med rettelse for ens svar; hældning efter Theil og Sen fra 91 dage",
        f"{trends.SMALLEST_TREND} besvarelser i {trends.FEWEST_DAYS} punkter",
    ),
    Method(
        "Faldet siden før perioden?",
        "EWMA, vægt 0,05 pr. besvarelse, mod året før perioden; grænsen er trukket, så 5 % af stabile år giver "
        "advarsel, hvor ofte man end ser efter",
        f"{early_warning.SMALLEST_BASELINE} besvarelser før perioden",
    ),
    Method(
        "Svagere udsagn?",
        "Friedman; par ved Pratts fortegnsrang med Holms rettelse",
        f"{statements.SMALLEST_HOMOGENEITY} hele skemaer",
    ),
    Method(
        "Ændret siden sidst?",
        "Mann-Whitney på personers gennemsnit og på hvert udsagns svar, med Holms rettelse over udsagnene. Hver "
        "sammenligning står for sig: uden forskel siger en af tyve alligevel, at der er en",
        f"{SMALLEST_COMPARED} begge gange",
    ),
    Method(
        "Anden svarprocent?",
        "Newcombes 95 % interval for forskellen på to andele",
        f"{scoring.SMALLEST_GROUP} udsendte begge gange",
    ),
    Method("Hvad kunne de tavse ændre?", "Grænser efter Manski, og vippepunktet", "tal, der er vist"),
)
"""Which test is behind each sentence, and the fewest answers it takes. Two-sided, 5 %, but the target's two."""


def definitions(smallest: int) -> tuple[tuple[str, str], ...]:
    """What each figure is and what it rests on, as heading and text; `smallest` people are behind any figure."""
    numbers = {
        "smallest": smallest,
        "point": max(smallest, cells.SMALLEST_CELL),
        "spread": max(smallest, scoring.SMALLEST_DISTRIBUTION),
        "precise": scoring.PRECISE_FROM,
    }
    return tuple((heading, text.format(**numbers)) for heading, text in DEFINITIONS.items())
