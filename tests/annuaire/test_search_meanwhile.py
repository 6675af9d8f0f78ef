"""Searching while the directory is being loaded."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from annuaire.reads import search


@pytest.mark.django_db(transaction=True)
def test_during_a_first_load_one_is_asked_to_come_back():
    """It holds the table as this transaction does."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK annuaire_activite IN ACCESS EXCLUSIVE MODE")
        with ThreadPoolExecutor(1) as pool, pytest.raises(ValidationError) as refusal:
            pool.submit(search_and_close).result()
    assert refusal.value.message == search.LOADING


def search_and_close():
    try:
        search.find("leclerc")
    finally:
        connection.close()
