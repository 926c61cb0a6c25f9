"""``python -m analysis.worksheets DIR [--scenario NAME]``: see ``analysis.worksheets.fill``."""

import sys

from analysis.worksheets.fill import main

sys.exit(main())
