"""The toolkit's worksheets, filled in from a scenario and its results: ``python -m analysis.worksheets DIR [--scenario NAME]``."""

import sys

from analysis.worksheets.fill import main

sys.exit(main())
