"""The supervisor's pages: ratings, reports, what was set aside, and what might have been."""

from __future__ import annotations

from hub.web.supervision.routes import make_supervision

__all__ = ["make_supervision"]
