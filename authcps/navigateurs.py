"""Browsers known to fail with a card: what the failure page says first (CON-10). A guess, never a refusal."""

FIREFOX, MOBILE, OLD = "firefox", "mobile", "ancien"


def known_to_fail(user_agent: str) -> str:
    """One of the above, or empty. A browser that lies about itself only gets the wrong advice."""
    if "MSIE " in user_agent or "Trident/" in user_agent:
        return OLD
    if any(word in user_agent for word in ("Android", "iPhone", "iPad", "Mobile")):
        return MOBILE
    return FIREFOX if "Firefox/" in user_agent else ""
