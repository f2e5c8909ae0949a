"""``python -m privmw``."""

import sys

from privmw.cli import main

sys.exit(main())
