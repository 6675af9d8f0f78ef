"""/gestion/: what the national support looks at, and never changes (docs/adr/0042)."""
