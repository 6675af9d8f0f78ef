"""Where a file goes while it is received: into memory, bounded, and only from somebody who is signed in."""

from io import BytesIO

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class Bounded(FileUploadHandler):
    """No byte reaches the disk, where it would lie in clear. What is too big keeps its size, loses its end.

    Of somebody who is not signed in, or of whom nothing is known yet, reading stops where his file begins.
    """

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            vars(self.request)["refused_file"] = True  # `request.FILES` says nothing of it
            raise StopUpload(connection_reset=True)
        self.held, self.size = BytesIO(), 0
        self.room = getattr(self, "room", settings.PIECE_MAX_BYTES)  # of all files of one request

    def receive_data_chunk(self, raw_data, start):
        kept = raw_data[: self.room]
        self.held.write(kept)
        self.room -= len(kept)
        self.size += len(raw_data)

    def file_complete(self, file_size):
        self.held.seek(0)
        return InMemoryUploadedFile(
            self.held, self.field_name, self.file_name, self.content_type, self.size, self.charset
        )
