"""gunicorn's own log lines: JSON like ours, without the request that they would quote."""

from gunicorn import glogging

from viatraj import logs


class Logger(glogging.Logger):
    def setup(self, cfg):
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.formatter())
