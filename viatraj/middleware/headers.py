"""Headers that Django's own middlewares do not set."""


def security_headers(get_response):
    def middleware(request):
        response = get_response(request)
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        response.setdefault("Cache-Control", "no-store")  # pages carry names; ward computers are shared
        return response

    return middleware
