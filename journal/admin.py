from django.contrib import admin

from journal.models import Entry, Seal
from viatraj.core.admin import ReadOnlyAdmin, site


@admin.register(Entry, site=site)
class EntryAdmin(ReadOnlyAdmin):
    fields = ("at", "sentence", "event", "user", "on_behalf_of", "system", "quality", "means", "address")
    fields += ("request_id", "content_type", "object_id", "label", "data", "delegation_id")
    fields += ("etablissement_id", "unite_id", "concerns", "tx")
    list_display = ("at", "sentence", "means", "address")
    list_filter = ("means", "quality")
    search_fields = ("=user__login", "=on_behalf_of__login", "=label", "=event", "=request_id")
    date_hierarchy = "at"
    ordering = ("-id",)

    def get_queryset(self, request):
        return super().get_queryset(request).told()

    @admin.display(description="action")
    def sentence(self, entry):
        return entry.sentence


@admin.register(Seal, site=site)
class SealAdmin(ReadOnlyAdmin):
    fields = ("number", "sealed_at", "count", "digest", "previous", "from_tx", "until_tx")
    list_display = ("number", "sealed_at", "count", "digest")
    ordering = ("-number",)
