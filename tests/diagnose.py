#!/usr/bin/env python3
"""diagnose.py GAPSCALE: runs the NumPy part of analysis/DIAGNOSE.md and diagnoses what it writes; diagnoses the shared files of measured scores (GAPSCALE_SHARED, else ../shared/data/attention)
and holds every head against its independent analysis: Lambda, quartiles, k*, H, Y_2, largest weight, beta_c, ties, and the
drifts of five laws. Ends with `N passed, N failed, N skipped`."""
import json, math, os, re, subprocess, sys, tempfile

gapscale = sys.argv[1]
shared = os.environ.get("GAPSCALE_SHARED", "../shared/data/attention")
laws = {"drift const": "const", "drift sqrt log n": "sqrt_log", "drift log n": "log", "drift (log n)^2": "log2",
        "drift YaRN": "yarn"}
# The reference is printed in full; what is left is rounding of float32 scores summed in another order.
names = {"Lambda": ("lambda", 1e-5), "L25": ("lower_quartile", 1e-5), "L75": ("upper_quartile", 1e-5), "kstar": ("rank", 1e-9),
         "tstar": ("gap", 1e-5), "alpha": ("alpha", 1e-9), "H": ("entropy", 1e-6), "Y2": ("participation", 1e-6),
         "pmax": ("top_weight", 1e-6), "beta_c": ("collapse", 1e-5), "inf": ("tie_fraction", 1e-12)}
passed = failed = skipped = 0


def check(what, worst, bad):
    global passed, failed
    if bad:
        failed += 1
        print(f"not ok {what}: " + "; ".join(bad[:4]))
    else:
        passed += 1
        print(f"ok {what} (largest relative difference {worst:.1e})")


def compare(name, trained):
    global skipped
    path = f"{shared}/{name}.h5"
    if not os.path.exists(path):
        skipped += 1
        print(f"skipped {name} (no {path} here)")
        return
    with tempfile.TemporaryDirectory() as work:
        found = json.loads(subprocess.run([gapscale, "diagnose", path, "--json", "--trained", str(trained), "-o", f"{work}/d.h5"],
                                          check=True, capture_output=True).stdout)
    reference = json.load(open(f"{shared}/{name}.reference.json"))["heads"]
    heads = {h["name"]: h for h in found["heads"]}
    for head, expected in reference.items():
        worst, bad = 0, []
        points = {round(math.exp(p["log_n"])): p for p in heads[head]["points"]}
        for point in expected["by_n"]:
            for theirs, (ours, tolerance) in names.items():
                a, b = points[point["n"]][ours], point[theirs]
                apart = abs(a - b) / max(abs(b), 1e-300) if a is not None and b else abs((a or 0) - b)
                worst = max(worst, apart)
                if not apart <= tolerance:
                    bad.append(f"{ours} at n = {point['n']} is {a}, expected {b}")
        all_lengths = {p["name"]: p["drift"] for p in heads[head]["prescriptions_beyond"] or heads[head]["prescriptions"]}
        for theirs, ours in laws.items():
            a, b = all_lengths[ours], expected["fit"][theirs]
            if not abs(a - b) <= 0.005 + 1e-9 + 1e-5 * b:
                bad.append(f"drift of {ours} is {a}, expected {b}")
        check(f"{name} {head}", worst, bad)


def try_page():
    code = re.search(r"```python\n(.*?)```", open("analysis/DIAGNOSE.md").read(), re.S).group(1)
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([sys.executable, "-c", code], cwd=work, check=True)
        found = json.loads(subprocess.run([os.path.abspath(gapscale), "diagnose", "scores.h5", "--json"], cwd=work, check=True,
                                          capture_output=True).stdout)
        bad = [] if os.path.exists(f"{work}/scores.diagnosis.h5") else ["no scores.diagnosis.h5"]
    whole = found["heads"][-1]
    if whole["name"] != "all" or whole["locality"] != "global" or "sqrt_log" in whole["excluded"] or found["trained"] != 512:
        bad.append(whole["sentence"])
    check("the page's file, as independent Gaussian rows", 0, bad)


try_page()
compare("stories260K", 32)
compare("ppocrv4_rec", 40)
compare("ppocrv4_rec.float16", 40)
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed > 0)
