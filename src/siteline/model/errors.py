"""
Every error that we raise on purpose.

SitelineError                  one sentence (what happened) and one hint (what to do)
├── BadInput                   something handed to us cannot be accepted as it is
│   ├── BadSiteFile            a site file (GeoJSON, KML, KMZ)
│   │   └── BadSmartFile       a region model or site model of IARPA SMART, by feature and property
│   ├── BadManifest            a scene manifest, by line and column
│   ├── BadImage               an image or mask that cannot be read as what it says it is
│   ├── BadGeometry            an outline that encloses nothing, crosses itself, lies elsewhere
│   ├── BadItem                an entry of a catalog that does not say what, when or where
│   ├── BadPlace               a coordinate that cannot be understood
│   ├── BadProof               a time stamp, signature, chain or header file that cannot be read
│   ├── BadArchive             a WARC, ARC or WACZ that cannot be read or written
│   ├── BadComponents          a table of parts, companies, listings or replies, by line and column
│   ├── BadEntity              a thing, name, edge or judgement of identity that cannot be
│   │   └── BadEntityFile      a file of them, by line
│   ├── BadMedia               a picture or video that cannot be read within the limits
│   ├── BadStatement           a statement or claim that does not say who, what or where
│   │   ├── BadTable           a table of them, by line, column and code
│   │   └── NotThere           a quote that is not in its exhibit at the place given
│   ├── BadModel               a user's own model, or its card, that cannot be taken or did not answer
│   ├── BadBrief               a brief's file that is none, or that cites what cannot be cited
│   ├── BadLedgerFile          a file of reports or public numbers, by line, column and code
│   └── BadSetting             a value in siteline.toml or of an option
├── NotFound                   no such site, scene, event or case
├── CannotTell                 the images do not suffice for what was asked
├── NotMeasured                a size refused by its own goodness-of-fit gate
├── NotAccepted                a finding that nobody accepted, or that has changed since
├── NotReleased                a brief that may not go out as it stands
│   ├── NotASecondPerson       whoever wrote or built it would release it
│   ├── Unanswered             a question that every release must answer has no answer
│   └── Leak                   something that was held back is in what would be published
├── CaseTrouble                the case folder itself
│   ├── NotACase               there is no case here
│   ├── CaseExists             there is one already
│   ├── NewerCase              it was written by a later Siteline
│   ├── CaseBusy               another process holds it
│   ├── DiskFull               no room to write; nothing was half-written
│   ├── BrokenCustody          kept bytes no longer match their digest
│   └── BadKey                 the key that signs checkpoints cannot be used as it is
├── NotForYou                  something restricted, asked for by somebody who is not named
├── OverBudget                 an order that would cost more than was allowed; nothing was ordered
├── NotReached                 an address that did not give what was asked of it
│   └── ForbiddenAddress       one that we do not go to: private, not http, or not asked for by the user
└── MissingExtra               an optional dependency is not installed
"""

from __future__ import annotations


class SitelineError(Exception):
    """Something Siteline refuses to do, with the remedy."""

    hint: str = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)  # all of it: a worker may pickle us
        if hint is not None:
            self.hint = hint

    def __str__(self) -> str:
        return str(self.args[0])


class BadInput(SitelineError):
    """Something handed to us cannot be accepted as it is."""

    hint = "Correct the input and run the command again; nothing was recorded."


class BadSiteFile(BadInput):
    """A site file says something we cannot accept."""


class BadSmartFile(BadSiteFile):
    """A region model or site model of IARPA SMART says something we cannot accept, by feature and property."""

    hint = "Correct the property in the file, or fetch the file again; nothing was recorded."


class BadManifest(BadInput):
    """A scene manifest has a line or column we cannot accept."""


class BadImage(BadInput):
    """An image or mask cannot be read as what it says it is."""

    hint = "Fetch the file again, or leave it out."


class BadGeometry(BadInput):
    """An outline encloses nothing, crosses itself or lies elsewhere."""

    hint = "Draw the outline again as one simple polygon over the site."


class BadItem(BadInput):
    """An entry of a catalog does not say what it is, of when, or where its files are."""

    hint = "The other entries are on record; tell the catalog's keeper, or add the image by hand: siteline scenes add"


class BadPlace(BadInput):
    """A coordinate cannot be understood."""

    hint = "Give decimal degrees (39.9N 127.6E), degrees-minutes-seconds, MGRS, or a map link."


class BadProof(BadInput):
    """A time stamp, signature, chain or file of headers cannot be read."""

    hint = "Keep the bytes as they are; ask whoever gave you the file for another copy."


class BadArchive(BadInput):
    """A WARC, ARC or WACZ cannot be read or written."""

    hint = "Keep the bytes as they are; fetch the archive again, or import what can be read of it."


class BadComponents(BadInput):
    """A table of parts, companies, listings or replies has a line or column we cannot accept."""

    hint = "Correct the lines and import it again, or take the good ones: --lenient. Nothing was recorded."


class BadMedia(BadInput):
    """A picture or video cannot be read within the limits."""

    hint = "The bytes can still be taken into custody; they are only not decoded."


class BadStatement(BadInput):
    """A statement or claim does not say who, what or where."""


class BadTable(BadStatement):
    """A table of statements or words on them cannot be read, by line, column and code."""

    hint = "Correct the lines named, or take the good ones with --lenient; nothing was recorded."
    faults: tuple[object, ...] = ()
    """Every fault, in the order of lines; what is said names the first few."""


class NotThere(BadStatement):
    """A quote is not in its exhibit at the place given."""

    hint = "Quote the exhibit's own words, letter by letter; nothing was recorded."


class BadModel(BadInput):
    """A user's own model, or its card, that cannot be taken, or did not answer as the card says."""


class BadBrief(BadInput):
    """A brief's file is none, or cites what cannot be cited."""

    hint = (
        "Correct the file and run the command again; docs/reference/brief-format.md says how it is written."
    )


class BadLedgerFile(BadInput):
    """A file of reports or public numbers has rows that cannot be accepted."""

    def __init__(self, message: str, hint: str | None = None, faults: tuple[object, ...] = ()) -> None:
        super().__init__(message, hint)
        self.args = (message, hint, faults)
        self.faults = faults
        """Each with line, column, code and remedy."""


class BadEntity(BadInput):
    """A thing, a name, an edge or a judgement of identity cannot be as it was given."""


class BadEntityFile(BadEntity):
    """A file of entities, names or edges has a line that we cannot accept; nothing of it was recorded."""

    hint = "Correct that line, or take the good ones and have the others written beside the file: --lenient"


class BadSetting(BadInput):
    """A setting or option has a value that makes no sense."""


class NotFound(SitelineError):
    """There is no such thing in this case."""


class CannotTell(SitelineError):
    """The images do not suffice for what was asked."""

    hint = "Add scenes, or ask for less."


class NotMeasured(SitelineError):
    """A size was refused by its own goodness-of-fit gate."""

    hint = "Draw its outline and measure that: siteline measure area SITE --on SCENE --geometry FILE"


class NotAccepted(SitelineError):
    """A finding was asked to stand for itself that nobody accepted, or that has changed since somebody did."""

    hint = "Look at it, then say so: siteline events judge SITE EVENT accept --why ..."


class NotReleased(SitelineError):
    """A brief may not go out as it stands; nothing was published."""

    hint = "See what stands against it: siteline brief check FILE"


class NotASecondPerson(NotReleased):
    """Whoever wrote or built a text would release it."""

    hint = "Ask a colleague to read it and release it under their own name (case.who, or SITELINE_WHO)."


class Unanswered(NotReleased):
    """A question that every release must answer has no answer."""

    hint = 'Answer with --answer KEY="...", in a file (--answers FILE), or at the prompts of a terminal.'


class Leak(NotReleased):
    """Something that was held back is in a file that would be published; nothing was."""

    hint = "Redact or hold what repeats it, too; nothing was published."


class CaseTrouble(SitelineError):
    """The case folder cannot be used as it is."""


class NotACase(CaseTrouble):
    """There is no case folder here."""

    hint = "Make one with: siteline init DIR   (or name one with --case DIR)"


class CaseExists(CaseTrouble):
    """There is a case here already."""

    hint = "Choose another folder, or work on the case that is there."


class NewerCase(CaseTrouble):
    """The case was written by a later version of Siteline."""

    hint = "Upgrade Siteline; an older one could damage the case."


class CaseBusy(CaseTrouble):
    """Another process holds the case."""

    hint = "Wait for it to finish, then run the command again."


class DiskFull(CaseTrouble):
    """There is no room to write; what was recorded before is whole."""

    hint = "Free some space (siteline cache clear helps), then run the command again."


class BrokenCustody(CaseTrouble):
    """Kept bytes no longer match the digest under which they were filed, or the rows that tell of them are gone."""

    hint = "Do not cite it. Restore it from a second copy, then verify again."


class OverBudget(SitelineError):
    """An order would cost more than was allowed; nothing was ordered."""

    hint = "Ask for less, or raise the budget of the source in siteline.toml."


class NotReached(SitelineError):
    """An address did not give what was asked of it, after as many tries as make sense."""

    hint = (
        "Check the connection and the address, then run the command again; nothing fetched is fetched twice."
    )

    def __init__(
        self,
        message: str,
        hint: str | None = None,
        url: str = "",
        status: int | None = None,
        tried: tuple[str, ...] = (),
        said: str = "",
    ) -> None:
        super().__init__(message, hint)
        self.args = (message, hint, url, status, tried, said)
        self.url = url
        """Without secrets."""

        self.status = status
        """The HTTP status of the last answer; None if there was none."""

        self.tried = tried
        """What went wrong at each try, in order."""

        self.said = said
        """Of a request that was refused: the start of what the server answered, as it came; not to be trusted."""


class ForbiddenAddress(NotReached):
    """An address that we do not go to: private, not http, or not asked for by the user."""

    hint = "If you trust it, name it yourself as a source in siteline.toml or with --source."


class BadKey(CaseTrouble):
    """The key that signs checkpoints cannot be used as it is."""

    hint = "Name another one in SITELINE_SIGNING_KEY (a path, or the PEM text), or make one: siteline evidence key --make"


class NotForYou(SitelineError):
    """Something restricted was asked for by somebody who is not among its readers."""

    hint = "Ask one of its readers. You are who SITELINE_WHO or case.who says you are."


class MissingExtra(SitelineError):
    """An optional dependency is not installed."""

    @classmethod
    def of(cls, package: str, extra: str) -> MissingExtra:
        """The refusal that names the command."""
        return cls(f"{package} is not installed", f"run: pip install 'siteline[{extra}]'")
