"""How often a process dies, and when it is started again."""

MOST_DEATHS, WINDOW = 5, 60  # a process that dies so often in so many seconds is not started again


class Watch:
    """The recent deaths of one process."""

    def __init__(self):
        self.deaths, self.restart_at = [], None

    def died(self, now):
        """Seconds to wait before the next start; None when it has died too often."""
        self.deaths = [death for death in self.deaths if death > now - WINDOW] + [now]
        if len(self.deaths) >= MOST_DEATHS:
            return None
        pause = 0.2 * 4 ** (len(self.deaths) - 1)
        self.restart_at = now + pause
        return pause
