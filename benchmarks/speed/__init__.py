"""How fast Holdfast is on this machine: every published number about speed and size comes from here.

Numpy is kept to one thread, before anything loads it. The threads of BLAS go on waiting busily for some
milliseconds after a product is done, so the floor of a search would slow the search that comes after it: on
two cores it read nearly twice the sum of its parts. The programs that are started fresh are left as they are.
"""

import os

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
GIVEN = {name: os.environ[name] for name in ONE_THREAD if name in os.environ}
os.environ.update(ONE_THREAD)
