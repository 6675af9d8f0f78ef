"""Tables in which nobody is recognised (OBS-7): pure functions, no row of the database."""
