"""Handicap: what the MDPH decides, and how an ESMS answers it, by the national codes (docs/adr/0071)."""
