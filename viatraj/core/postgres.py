"""PostgreSQL's settings under which its log keeps no value of ours: no statement, parameter or refused row.

Django writes values into the statements themselves, so a logged statement, or the detail of a refused row, names
the patient it was about (TRC-5). A message still says which constraint refused, and when.
"""

QUIET = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
