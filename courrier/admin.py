from django.contrib import admin

from courrier.models import Message
from viatraj.core.admin import ReadOnlyAdmin, site


@admin.register(Message, site=site)
class MessageAdmin(ReadOnlyAdmin):
    """What went when, and why not: never what it said."""

    fields = ("key", "message_id", "channel", "to", "subject", "secret", "priority", "state", "attempts")
    fields += ("last_error", "created_at", "next_attempt_at", "expires_at", "sent_at")
    list_display = ("created_at", "channel", "to", "subject", "state", "attempts", "last_error", "sent_at")
    list_filter = ("state", "channel", "priority")
    search_fields = ("=to", "=key", "=message_id")
    date_hierarchy = "created_at"
