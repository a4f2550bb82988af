"""What a unit shows: view models, drawn on a Surface, owned by a window.

`viewmodel` is pure; `window` is the only user of pygame.display. Sound, input and the
clock are none of this package's business.
"""

import os

# pygame greets on standard output, which belongs to the program.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
