"""The ROR as it is published (FHIR R4, exposition model 3): readers, an HTTP client, no database (ANN-7)."""

from annuaire.ror.refus import Refused

__all__ = ["Refused"]
