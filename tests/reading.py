"""reading.py BINARY: the Python lines of results/READING.md run on the file they name, and the notebook has the same lines.
`reading.py --notebook` writes the notebook anew. Ends with `N passed, N failed, N skipped`."""
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE, NOTEBOOK = (os.path.join(TOP, "results", name) for name in ("READING.md", "reading.ipynb"))
CONFIG = os.path.join(TOP, "configs", "examples", "own-fit.yaml")


def cells():
    """The part of the page about Python: text and code, in order."""
    text = open(PAGE).read()
    part = text[text.index("## Python"):text.index("## R\n")]
    pieces = re.split(r"```python\n(.*?)```\n?", part, flags=re.S)
    return [(i % 2 == 1, piece.strip("\n")) for i, piece in enumerate(pieces) if piece.strip()]


def notebook():
    made = []
    for i, (is_code, source) in enumerate(cells()):
        cell = {"cell_type": "code" if is_code else "markdown", "id": f"cell-{i}", "metadata": {},
                "source": source.splitlines(keepends=True)}
        made.append({**cell, "execution_count": None, "outputs": []} if is_code else cell)
    return json.dumps({"cells": made, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5},
                      indent=1) + "\n"


def run(binary):
    """What the lines print, of a run in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "results"))
        subprocess.run([binary, "run", CONFIG, "-o", "results/own-fit.h5", "--quiet"], cwd=folder, check=True)
        code = "\n".join(source for is_code, source in cells() if is_code)
        answer = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True,
                                env={**os.environ, "MPLBACKEND": "Agg"})
        print(answer.stderr, end="")
        drawn = os.path.getsize(os.path.join(folder, "results", "own-fit-collapse.svg")) if answer.returncode == 0 else 0
        return answer.returncode, answer.stdout, drawn


def main():
    count = {True: 0, False: 0}

    def check(good, what):
        count[bool(good)] += 1
        print("ok" if good else "not ok", what)

    check(open(NOTEBOOK).read() == notebook(), "results/reading.ipynb has the lines of the page (tests/reading.py --notebook)")
    lacking = [m for m in ("xarray", "netCDF4", "matplotlib") if not importlib.util.find_spec(m)]
    check(not lacking, f"modules of Python are there{': not ' + ', '.join(lacking) if lacking else ''}")
    if not lacking:
        status, said, drawn = run(os.path.abspath(sys.argv[1]))
        check(status == 0, "the lines of the page run")
        check("'beta_ratio'" in said, "xarray finds beta_ratio")
        check(drawn > 10000, "the data collapse is drawn")
        for series, theory in ("gaussian", 0.5), ("gumbel-log2", 2.0):
            found = re.search(rf"{series}: beta_c ~ \(log n\)\^([0-9.]+) \+- ([0-9.]+)", said)
            value, error = map(float, found.groups()) if found else (float("nan"), 0)
            # A fixed seed; one in 1e4 seeds anew would be further off, and what the second correction is worth comes on top.
            check(abs(value - theory) < 4 * error, f"{series}: {value} +- {error} is {theory}")
    print(f"{count[True]} passed, {count[False]} failed, 0 skipped")
    return count[False] > 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--notebook"]:
        open(NOTEBOOK, "w").write(notebook())
        sys.exit(0)
    sys.exit(main())
