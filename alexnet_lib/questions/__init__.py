"""Questions on a page: asked, judged, replied to, and remembered."""

from alexnet_lib.questions.panels import check, predict, progress

__all__ = ["check", "predict", "progress"]
