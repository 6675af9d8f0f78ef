"""What people are told of their habilitations; names of profiles and structures, never of patients."""

from django.urls import reverse

from courrier import outbox


def granted(habilitation):
    _post("granted", habilitation.user, f"habilitation:{habilitation.pk}:granted", habilitation=habilitation)


def departed(user, lieu, fin):
    _post("departed", user, f"depart:{user.pk}:{lieu.niveau}:{lieu.row.pk}:{fin}", lieu=str(lieu), fin=fin)


def _post(letter, user, key, **context):
    if not user.email:
        return
    outbox.post(
        f"habilitations/emails/{letter}",
        to=user.email,
        key=key,
        context={"user": user, "link": reverse("mon_compte"), **context},
    )
