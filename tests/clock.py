"""A clock for tests, so that none depends on how busy the machine is."""


class Clock:
    """Seconds that pass by a `tick` whenever somebody looks, and when a test adds to `now`."""

    def __init__(self, tick=1e-6):
        self.now, self.tick = 0.0, tick

    def __call__(self):
        self.now += self.tick
        return self.now
