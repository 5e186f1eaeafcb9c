"""The command line with all imported that sending needs: a child of a nursery begins at once.

Commands import what they use when they are called; a child would do that anew each time.
"""

from __future__ import annotations

from reporter.channels import smtp
from reporter.cli import run
from reporter.delivery import clients, dispatch, ledger, reconciling, report

__all__ = ["run"]

WARMED = (clients, dispatch, ledger, reconciling, report, smtp)
