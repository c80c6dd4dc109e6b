"""bits.py FOLDER OTHER: what two builds of the program made of one battery. Every number that was drawn, measured or counted
has the same bits in both folders' results; exact values, and what fits and the answers in JSON derive, agree to 1e-10 (the error
estimates of exact values apart, which are differences of nearly equal numbers). Prints what differs; exit 1 if anything."""
import json, math, pathlib, sys
import h5py, numpy

bad = []

def close(a, b):
    return numpy.allclose(a, b, rtol=1e-10, atol=1e-13, equal_nan=True)

def same_file(name, a, b):
    one, other = h5py.File(a), h5py.File(b)
    names = []
    one.visit(names.append)
    others = []
    other.visit(others.append)
    if names != others: bad.append(f"{name}: other names")
    for key in names:
        if not isinstance(one[key], h5py.Dataset) or key not in other: continue
        x, y = one[key][()], other[key][()]
        if "/exact/" in key or name == "fit.h5":
            good = key.endswith("_error") or x.dtype.kind != "f" or close(x, y)
        else:
            good = x.dtype == y.dtype and (x.tobytes() == y.tobytes() if x.dtype.kind != "O" else (x == y).all())
        if not good: bad.append(f"{name}: {key}")

def same_answer(where, a, b):
    if isinstance(a, dict):
        if list(a) != list(b): bad.append(f"{where}: other keys")
        else:
            for key in a:
                if not key.endswith("error"): same_answer(f"{where}.{key}", a[key], b[key])
    elif isinstance(a, list):
        if len(a) != len(b): bad.append(f"{where}: other length")
        else:
            for i, (x, y) in enumerate(zip(a, b)): same_answer(f"{where}[{i}]", x, y)
    elif isinstance(a, float) and isinstance(b, (int, float)):
        if not math.isclose(a, b, rel_tol=1e-10, abs_tol=1e-13): bad.append(f"{where}: {a!r}, {b!r}")
    elif a != b: bad.append(f"{where}: {a!r}, {b!r}")

folder, other = map(pathlib.Path, sys.argv[1:])
files = sorted(p.name for p in folder.iterdir() if p.suffix in (".h5", ".json"))
if not files or files != sorted(p.name for p in other.iterdir() if p.suffix in (".h5", ".json")): bad.append("other files")
else:
    for name in files:
        if name.endswith(".h5"): same_file(name, folder / name, other / name)
        else: same_answer(name, json.loads((folder / name).read_text()), json.loads((other / name).read_text()))
print("\n".join(bad[:5]), file=sys.stderr)
sys.exit(bool(bad))
