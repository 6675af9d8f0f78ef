"""`request.user`, as Django and django-otp give it, without their queries where the session knows."""

import django_otp.middleware
from django.contrib.auth import middleware
from django.utils.functional import SimpleLazyObject


class AuthenticationMiddleware(middleware.AuthenticationMiddleware):
    """The account comes with the session, in one query; when a check fails, Django's own code decides."""

    def process_request(self, request):
        request.user = SimpleLazyObject(lambda: request.session.proved_user() or middleware.get_user(request))


class OTPMiddleware(django_otp.middleware.OTPMiddleware):
    """Reads the device only when `is_verified()` is called: our pages ask the session's means instead."""

    def _verify_user_sync(self, request, user):
        read = super()._verify_user_sync
        user.otp_device = None
        user.is_verified = lambda: read(request, user).otp_device is not None
        return user
