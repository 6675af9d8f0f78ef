"""Which column it is, said without `inspect`: Django asks it of each column of each ordered query."""

import pytest
from django.db.models.expressions import Col, Expression
from django.utils.functional import cached_property

TOLD_BY_DJANGO = Expression.identity.func


def identity(column: Col) -> tuple:
    """What Django's own says; its way is ten times as long."""
    args, known = column._constructor_args
    if known or not 2 <= len(args) <= 3:
        return TOLD_BY_DJANGO(column)
    alias, target, output_field = (*args, None)[:3]
    told = ("target", column._identity(target)), ("output_field", column._identity(output_field))
    return column.__class__, ("alias", alias), *told


@pytest.fixture(autouse=True, scope="session")
def columns_told_quickly():
    quick = cached_property(identity)
    quick.__set_name__(Col, "identity")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Col, "identity", quick, raising=False)
        yield
