"""Running the server over standard input and output, so that nothing else gets into them."""

from __future__ import annotations

import logging
import os
import sys

from nixlite.lsp.features import make_server


def serve() -> int:
    """Serve until the editor says `exit`, or is gone."""
    logging.disable(logging.CRITICAL)  # editors show what a server writes to the standard error as errors
    stdin = os.fdopen(os.dup(0), "rb")
    stdout = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)  # whoever prints does not speak to the editor
    sys.stdout = sys.stderr
    server = make_server()
    try:
        server.start_io(stdin, stdout)
        return 0
    except KeyboardInterrupt:
        return 0
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except Exception:  # while the event loop is taken apart, which the editor has asked for
        if server.ended:
            return 0
        raise
    finally:
        server.end_children()
