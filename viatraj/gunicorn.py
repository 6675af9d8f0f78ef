"""gunicorn's own lines, as ours: JSON, and without the request they would quote."""

from gunicorn import glogging

from viatraj import logs


class Logger(glogging.Logger):
    def setup(self, cfg):
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.formatter())
