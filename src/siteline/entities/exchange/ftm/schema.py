"""
What we must know of the FollowTheMoney model: which schemata are things of ours, which properties are names or point at others.

The model itself comes with the extra `ftm`; then every property is held against it. Without it properties are kept just the same.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from siteline.model.entity import EntityType, NameKind, Strength

TYPES = {
    "Person": EntityType.PERSON,
    "LegalEntity": EntityType.ORGANISATION,
    "Company": EntityType.ORGANISATION,
    "Organization": EntityType.ORGANISATION,
    "PublicBody": EntityType.ORGANISATION,
    "Vessel": EntityType.VESSEL,
    "RealEstate": EntityType.FACILITY,
    "Territory": EntityType.PLACE,
}
"""Schemata that are things here; all others are kept as records."""

SCHEMATA = {
    EntityType.PERSON: "Person",
    EntityType.ORGANISATION: "Organization",
    EntityType.OUTLET: "Organization",
    EntityType.VESSEL: "Vessel",
    EntityType.FACILITY: "RealEstate",
    EntityType.BUILDING: "RealEstate",
    EntityType.COMPLEX: "RealEstate",
    EntityType.PLACE: "Address",
    EntityType.PRODUCT: "Asset",
    EntityType.PRODUCT_FAMILY: "Asset",
    EntityType.COMPONENT_TYPE: "Asset",
}
"""Ours in its words; what it has no word for becomes the nearest that it has."""

NAMES = {
    "name": (NameKind.OFFICIAL, Strength.STRONG),
    "alias": (NameKind.ALIAS, Strength.STRONG),
    "weakAlias": (NameKind.ALIAS, Strength.WEAK),
    "previousName": (NameKind.FORMER, Strength.STRONG),
    "abbreviation": (NameKind.ABBREVIATION, Strength.WEAK),
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_POINTING = _words(
    "addressEntity agent ancestors asset associate bank bankAccount beneficiary beneficiaryAccount candidate client contract "
    "contractHolder controlled controller creditor debtor declarant director document emitters employee employer entity holder "
    "involved issuer match member object onBehalfOf operator organization organizer owner parent partOf participant party payer "
    "payerAccount person post predecessor project proof relative resolved sender subject successor supplier vehicle"
)
_DATES = _words(
    "authoredAt birthDate buildDate createdAt date deathDate dissolutionDate endDate incorporationDate issueDate listingDate "
    "modifiedAt publishedAt registrationDate retrievedAt startDate"
)
_COUNTRIES = _words("birthCountry citizenship country flag jurisdiction mainCountry nationality pastFlags")
_IDENTIFIERS = _words(
    "idNumber imoNumber innCode mmsi ogrnCode okpoCode passportNumber registrationNumber taxNumber vatCode wikidataId"
)


def prop_type(schema: str, prop: str) -> str:
    """The type of a property in the model's words; "" where it is not known."""
    model = model_or_none()
    if model is not None:
        found = _of_model(model, schema, prop)
        if found:
            return found
    if prop in NAMES:
        return "name"
    for name, props in (
        ("entity", _POINTING),
        ("date", _DATES),
        ("country", _COUNTRIES),
        ("identifier", _IDENTIFIERS),
    ):
        if prop in props:
            return name
    return ""


def is_known(schema: str, prop: str) -> bool | None:
    """Whether the model has this property on this schema; None where there is no model to ask."""
    model = model_or_none()
    if model is None:
        return None
    return bool(_of_model(model, schema, prop))


def has_schema(schema: str) -> bool | None:
    """Whether the model has this schema; None where there is no model to ask."""
    model = model_or_none()
    return None if model is None else model.get(schema) is not None


def _of_model(model: Any, schema: str, prop: str) -> str:
    found = model.get(schema)
    known = found.get(prop) if found is not None else None
    return str(known.type.name) if known is not None else ""


@lru_cache(maxsize=1)
def model_or_none() -> Any:
    """The model of the extra `ftm`, if it is installed."""
    try:
        from followthemoney import model
    except ImportError:
        return None
    return model
