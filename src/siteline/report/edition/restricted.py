"""What only named readers may see, taken out before anything is laid out: no copy of a brief names it."""

from __future__ import annotations

from dataclasses import replace

from siteline.model.edition import Citation, Objection, Support
from siteline.report.edition.material import EditionMaterial

WITHHELD = "withheld: restricted to named readers"


def without_restricted(material: EditionMaterial) -> EditionMaterial:
    """The same edition, with nothing left of restricted things but that there is one."""
    hidden = {key: s for key, s in material.supports.items() if s.is_restricted}
    if not hidden:
        return material
    supports = {key: _bare(s) if key in hidden else s for key, s in material.supports.items()}
    gone = {f.id for f in material.brief.figures if (f.cites.kind, f.cites.ref) in hidden}
    secret = {s.id for s in material.brief.sentences if any((c.kind, c.ref) in hidden for c in s.citations)}
    return replace(
        material,
        supports=supports,
        pictures={name: drawn for name, drawn in material.pictures.items() if name not in gone},
        missing={**material.missing, **dict.fromkeys(gone, "what it shows is restricted to named readers")},
        objections=tuple(
            _discreet(o) if o.sentence in secret | gone | {"brief"} else o for o in material.objections
        ),
    )


def _bare(support: Support) -> Support:
    return Support(
        cites=Citation(support.cites.kind, "withheld"),
        title=WITHHELD,
        rights=("restricted",),
        is_simulated=support.is_simulated,
        is_picture=support.is_picture,
        is_restricted=True,
    )


def _discreet(objection: Objection) -> Objection:
    """What the gate says of it may quote it."""
    return replace(objection, message="something that it rests on is restricted to named readers")
