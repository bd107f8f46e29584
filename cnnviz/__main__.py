"""`python -m cnnviz`: train from a terminal; also how trainers are started for the page."""

import os
import sys


def main() -> int:
    """Run the command line with one BLAS thread: a training's parts are computed by processes."""
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # read when NumPy is loaded, so before the import below
    from cnnviz.cli import run
    from cnnviz.training.manners import stand_back

    stand_back()
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
