"""Many networks learn side by side, and are compared: a setting against another, seed by seed."""

from alexnet_lib.experiments.stacked import Momentum, Stack
from alexnet_lib.experiments.trials import Setting, race

__all__ = ["Momentum", "Setting", "Stack", "race"]
