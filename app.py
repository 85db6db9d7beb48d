"""What the server and the `flask` command start from."""

import sys

from retkoop.application import create_app
from retkoop.errors import Refusal

try:
    app = create_app()
except Refusal as refusal:
    # A setting that cannot be: one line for the operator, and no start.
    sys.exit(refusal.message)
