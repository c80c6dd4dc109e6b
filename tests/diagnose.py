#!/usr/bin/env python3
"""diagnose.py GAPSCALE: runs the NumPy part of analysis/DIAGNOSE.md and diagnoses what it writes; diagnoses the shared files of measured scores (GAPSCALE_SHARED, else ../shared/data/attention)
and holds every head against its independent analysis: Lambda, quartiles, k*, H, Y_2, largest weight, beta_c, ties, and the
drifts of five laws. Ends with `N passed, N failed, N skipped`."""
import csv, json, math, os, re, subprocess, sys, tempfile

import h5py
import numpy as np

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


# JSON's names of numbers at a length that the file has under another one; those that it has not.
file_names = {"lambda": "lambda_typ", "index_of_gaussian": "extreme_value_index_gaussian", "rows": "row_count"}
json_alone = {"log_n", "low", "high", "lower_quartile", "upper_quartile", "rank", "gap", "alpha", "entropy", "participation", "top_weight",
              "collapse", "index_low", "index_high", "local_mass"}
ends = (("", "value"), ("_low", "low"), ("_high", "high"))


def growth(told, suffix):
    """Of a JSON object, under the names of the file and the CSV."""
    if not told:
        return {}
    flat = {f"{k}{suffix}": told[k] for k in ("closest", "lack_of_fit", "few_rows")}
    flat |= {f"best{suffix}": told["best"] or "undecided", f"excluded{suffix}": " ".join(told["excluded"])}
    flat |= {f"exponent{suffix}{end}": told[key if end else "exponent"] for end, key in ends}
    for name, interval in {"amplitude": told["amplitude"], **told["coordinates"]}.items():
        flat |= {f"{name}{suffix}{end}": interval[key] for end, key in ends}
    return flat


def compare_forms(found, path, rows, what=""):
    """JSON, file and CSV tell the same."""
    bad = []

    def same(a, b):
        if a is None or isinstance(a, str):
            return b in ("", None) or math.isnan(float(b)) if a is None else a == b
        return b is not None and abs(a - float(b)) <= 1e-14 * abs(a)

    with h5py.File(path) as file:
        for head in found["heads"]:
            name, without = head["name"], head["without_sinks"] or {}
            group, lines = file[name], [r for r in rows if r["name"] == name]
            told = {k: head[k] for k in ("layer", "head", "class", "locality", "standing", "level", "sentence")}
            if head["head"] is not None:
                told["sinks"] = ", ".join(f"{s['key']} {s['weight']:.15g}" for s in head["sinks"])
            parts = ((head, ""), (head["beyond"], "_beyond"), (without, "_without_sinks"), (without.get("beyond"), "_beyond_without_sinks"))
            for part, suffix in parts:
                told |= growth(part, suffix)
            for key, value in told.items():
                column = {"exponent_low": "low", "exponent_high": "high"}.get(key, key)
                if not same(value, group.attrs.get(key)) or any(not same(value, line[column]) for line in lines):
                    bad.append(f"{name}: {key} is {value}, in the file {group.attrs.get(key)}, in the CSV {lines[0][column]}")
            if set(group.attrs) - set(told) - {"family", "replicates"}:
                bad.append(f"{name}: the file alone has {set(group.attrs) - set(told)}")
            for i, (point, line) in enumerate(zip(head["points"], lines, strict=True)):
                for key, value in point.items():
                    column = f"lambda_{key}" if key in ("low", "high") else key
                    if column in line and not same(value, line[column]) or column not in line and key not in ("log_n", "local_mass"):
                        bad.append(f"{name}: {key} at length {i} in the CSV")
                    if key not in json_alone and not same(value, group[file_names.get(key, key)][i]):
                        bad.append(f"{name}: {key} at length {i} in the file")
            laws = [(head, "", ""), (head, "_beyond", "_beyond"), (without, "", "_without_sinks"), (without, "_beyond", "_beyond_without_sinks")]
            for part, json_end, suffix in laws:
                for i, law in enumerate(part.get(f"prescriptions{json_end}", [])):
                    for end, key in (("", "drift"), *ends[1:]):
                        if not same(law[key], group[f"drift{suffix}{end}"][i]) or not same(law[key], lines[0][f"drift{suffix}_{law['name']}{end}"]):
                            bad.append(f"{name}: drift{suffix}{end} of {law['name']}")
                for i, m in enumerate([] if json_end else part.get("multiplier", [])):
                    for end, key in ends:
                        if not same(m[key], group[f"multiplier{suffix}{end}"][i]) or not same(m[key], lines[0][f"multiplier{suffix}_{m['n_over_trained']}{end}"]):
                            bad.append(f"{name}: multiplier{suffix}{end} {i}")
    check(f"JSON, file and CSV tell the same{what}", 0, bad)


def try_sinks():
    """One head of two has a sink, and there are lengths beyond the trained one."""
    random = np.random.default_rng(5)
    with tempfile.TemporaryDirectory() as work:
        with h5py.File(f"{work}/scores.h5", "w") as file:
            file.attrs.update({"axes": "sequence,layer,head,query,key", "trained_context": 256})
            for n in 64, 128, 256, 512:
                scores = 2 * random.normal(size=(4, 1, 2, 16, n))
                scores[:, :, 0, :, 0] = np.log(np.exp(scores[:, :, 0, :, 1:]).sum(-1))
                group = file.create_group(f"n{n:05d}")
                group["scores"] = scores
                group["scores"].attrs["sequence_id"] = range(4)
                group["query_position"] = range(n - 16, n)
        call = [os.path.abspath(gapscale), "diagnose", f"{work}/scores.h5", "-o"]
        found = json.loads(subprocess.run([*call, f"{work}/d.h5", "--json"], check=True, capture_output=True).stdout)
        rows = list(csv.DictReader(subprocess.run([*call, f"{work}/c.h5", "--csv"], check=True, capture_output=True, text=True).stdout.splitlines()))
        compare_forms(found, f"{work}/d.h5", rows, " of sinks, and beyond the trained length")
    bad = [f"{h['name']}: without_sinks is {h['without_sinks']}" for h in found["heads"] if (h["without_sinks"] is None) != (h["name"] == "L0H1")]
    for h in found["heads"]:
        without = h["without_sinks"] or h
        if not h["prescriptions_beyond"] or not without["beyond"] or len(without["beyond"]["coordinates"]) != 3:
            bad.append(f"{h['name']}: nothing beyond")
    check("sinks are left out where there are some", 0, bad)


def try_single():
    """Of one sequence: the table says so at each of its intervals."""
    with tempfile.TemporaryDirectory() as work:
        np.save(f"{work}/scores.npy", np.random.default_rng(6).normal(size=(2, 64, 64)))
        lines = subprocess.run([os.path.abspath(gapscale), "diagnose", "scores.npy"], cwd=work, check=True, capture_output=True, text=True).stdout.splitlines()
    told = [line for line in lines if line[:6] in ("L0H0  ", "L0H1  ", "L0    ", "all   ") and ".." in line]
    check("one sequence is told as such", 0, [line for line in told if " 2^6* " not in line] if len(told) == 4 and
          "*: within one sequence, which says nothing of others" in lines else lines)


def try_vectors():
    """Queries or keys in a file without names, which are taken for scores, are told of."""
    with tempfile.TemporaryDirectory() as work:
        np.save(f"{work}/q.npy", np.random.default_rng(7).normal(size=(2, 64, 16)))
        told = [subprocess.run([os.path.abspath(gapscale), "diagnose", *words, "--json"], cwd=work, check=True, capture_output=True,
                               text=True).stderr for words in (["q.npy"], ["--scores", "q.npy"])]
    words = "q.npy: taken for scores of 64 queries with 16 keys; if these are queries or keys, give --queries"
    check("vectors without a name are told of", 0, told if words not in told[0] or words in told[1] else [])


def try_nowhere():
    """Where nothing says where queries stand, a sink is one of all of them."""
    scores = np.random.default_rng(11).normal(size=(1, 16, 64))
    scores[..., 0] = 6
    with tempfile.TemporaryDirectory() as work:
        np.save(f"{work}/scores.npy", scores)
        found = json.loads(subprocess.run([os.path.abspath(gapscale), "diagnose", "scores.npy", "--json"], cwd=work, check=True,
                                          capture_output=True).stdout)
    sentence = found["heads"][0]["sentence"]
    good = "Sinks: key 0 with 0." in sentence and "of all queries' weight" in sentence and found["heads"][0]["locality"] == "unknown"
    check("sinks of queries that stand nowhere", 0, [] if good else [sentence])


def try_left_padding():
    """Texts that are padded at the left tell what they tell without, of keys that far along, also beyond the length."""
    random = np.random.default_rng(12)
    scores, pad = random.normal(size=(3, 1, 2, 64, 64)), 86
    scores[:, :, 0, :, :2] += 4
    padded = random.normal(size=(3, 1, 2, pad + 64, pad + 64))
    padded[..., pad:, pad:] = scores
    found = {}
    with tempfile.TemporaryDirectory() as work:
        for name, array in ("whole", scores), ("padded", padded):
            n = array.shape[-1]
            with h5py.File(f"{work}/{name}.h5", "w") as file:
                file.attrs["causal"] = 1
                file["scores"] = array
                file["mask"] = np.broadcast_to(np.arange(n) >= n - 64, (1, n)).astype("u1")
                file["row_length"] = np.where(np.arange(n) >= n - 64, n, 0)
            found[name] = json.loads(subprocess.run([os.path.abspath(gapscale), "diagnose", f"{name}.h5", "--lengths", "[32,64]", "--json"],
                                                    cwd=work, check=True, capture_output=True).stdout)["heads"]
    moved = [[(s["key"] - pad, s["weight"]) for s in h["sinks"] or []] for h in found["padded"]]
    bad = [f"{s} for {t}" for s, t in zip(moved, ([(s["key"], s["weight"]) for s in h["sinks"] or []] for h in found["whole"])) if s != t]
    bad += [h["name"] for h, w in zip(found["padded"], found["whole"]) if h["points"] != w["points"] or h["without_sinks"] != w["without_sinks"]]
    bad += [] if len(moved[0]) == 2 else [f"{len(moved[0])} sinks"]
    check("padding at the left", 0, bad)


def try_page():
    code = re.search(r"```python\n(.*?)```", open("analysis/DIAGNOSE.md").read(), re.S).group(1)
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([sys.executable, "-c", code], cwd=work, check=True)
        found = json.loads(subprocess.run([os.path.abspath(gapscale), "diagnose", "scores.h5", "--json"], cwd=work, check=True,
                                          capture_output=True).stdout)
        bad = [] if os.path.exists(f"{work}/scores.diagnosis.h5") else ["no scores.diagnosis.h5"]
        rows = list(csv.DictReader(subprocess.run([os.path.abspath(gapscale), "diagnose", "scores.h5", "--csv", "-o", "csv.h5"], cwd=work,
                                                  check=True, capture_output=True, text=True).stdout.splitlines()))
        compare_forms(found, f"{work}/scores.diagnosis.h5", rows)
        with h5py.File(f"{work}/scores.h5", "a") as file:
            file.attrs["score_scale_applied"] = 1
        subprocess.run([os.path.abspath(gapscale), "diagnose", "scores.h5"], cwd=work, check=True, capture_output=True)
        with h5py.File(f"{work}/scores.diagnosis.h5") as file:
            bad += [n for n in ("model", "trained_context", "score_scale_applied") if n not in file.attrs]
    whole = found["heads"][-1]
    if whole["name"] != "all" or whole["locality"] != "global" or "sqrt_log" in whole["excluded"] or found["trained"] != 512:
        bad.append(whole["sentence"])
    bad += [f"rank {p['rank']}" for h in found["heads"] for p in h["points"] if 2 * p["rank"] != round(2 * p["rank"])]  # a median of whole numbers
    check("the page's file, as independent Gaussian rows", 0, bad)


def try_texts():
    """Attributes and names of files with bytes that YAML, JSON or UTF-8 do not have."""
    bad = []
    with tempfile.TemporaryDirectory() as work:
        for text in b"mod\xe8le", b"\x01\x7f\n'", "mod\u00e8le \u6a21 \U0001f600 \ufffe \x85".encode(), b"\xed\xa0\x80: [#":
            with h5py.File(f"{work}/scores.h5", "w") as file:
                file["scores"] = np.random.default_rng(7).normal(size=(2, 8, 64))
                for name in "model", "licence", "input":
                    file.attrs.create(name, np.bytes_(text))
            name = os.path.join(os.fsencode(work), text.translate(None, b"\n:") + b".h5")
            os.replace(f"{work}/scores.h5", name)
            calls = (["diagnose", name, "-o", f"{work}/d.h5", "--json"], ["show", f"{work}/d.h5", "--json"], ["report", f"{work}/d.h5", "-o", f"{work}/d.html"])
            for call in calls:
                ran = subprocess.run([os.path.abspath(gapscale), *call], capture_output=True)
                try:
                    json.loads(ran.stdout or "{}")
                except ValueError as error:
                    bad.append(f"{text}: {call[0]}: {error}")
                if ran.returncode:
                    bad.append(f"{text}: {call[0]} ends with {ran.returncode}: {ran.stderr}")
    check("texts with any bytes", 0, bad)


def try_traps():
    """What programs write in the place of scores, or of -inf, is told of."""
    scores = np.random.default_rng(8).normal(size=(2, 96, 96))
    hidden = np.triu(np.ones((96, 96), bool), 1)
    weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    cases = {"finfo.min": (np.where(hidden, np.finfo("f4").min, scores), [], 0, "finite numbers stand for -inf in 190 rows"),
             "finfo.min, causal": (np.where(hidden, np.finfo("f4").min, scores), ["--causal"], 0, "wrote"),
             "-100": (np.where(hidden, scores - 100, scores), [], 0, "rows lie in two parts, more than 50 apart"),
             "weights": (weights, [], 2, "these are weights, as a softmax gives them"),
             "their logarithms": (np.log(weights), [], 0, "wrote"),
             "overflow": (np.where(hidden, np.inf, scores), [], 2, "as of a number too large for its type"),
             "half the keys": (np.where(np.arange(96) < 48, scores, -np.inf), ["--lengths", "96"], 2, "no query sees more than 48"),
             "a padded text": (np.where(np.arange(96) < 48, scores, -np.inf), [], 2, "--lengths 48 reads those that see the most"),
             "too long": (scores, ["--lengths", "1000"], 2, "no query sees more than 96"),
             "nothing": (scores - np.inf, [], 2, "in all of them mask, row_length, -inf or causal hide all keys"),
             "a window": (np.where(hidden | np.tril(np.ones((96, 96), bool), -50), -np.inf, scores), ["--causal"], 0,
                          "--lengths 50 reads those that see the most"),
             "no length": (scores, ["--lengths", "a"], 2, "`lengths` must be a number from 2"),
             "two forms": (scores, ["--json", "--csv"], 2, "--json and --csv exclude one another"),
             "a scale": (scores, ["--scale", "2"], 2, "scores.npy: --scale multiplies products of queries and keys")}
    bad = []
    with tempfile.TemporaryDirectory() as work:
        for name, (array, options, status, words) in cases.items():
            np.save(f"{work}/scores.npy", array.astype("f4"))
            ran = subprocess.run([os.path.abspath(gapscale), "diagnose", "scores.npy", *options], cwd=work, capture_output=True, text=True)
            if ran.returncode != status or words not in ran.stderr or ("finfo" not in name and "finite numbers" in ran.stderr):
                bad.append(f"{name} ends with {ran.returncode}: {ran.stderr}")
    check("what is no score is told of", 0, bad)


def try_padding():
    """Rows that row_length hides are not read: where it hides all, that is told of."""
    with tempfile.TemporaryDirectory() as work:
        with h5py.File(f"{work}/a.h5", "w") as file:
            file["scores"] = np.random.default_rng(10).normal(size=(32, 32))
            file["row_length"] = np.zeros(32)
        ran = subprocess.run([os.path.abspath(gapscale), "diagnose", "a.h5"], cwd=work, capture_output=True, text=True)
    good = ran.returncode == 2 and "in all of them mask, row_length" in ran.stderr
    check("lengths of 0 are told of", 0, [] if good else [ran.stderr])


def try_columns():
    """Columns of the table are as wide as long names and lengths."""
    with tempfile.TemporaryDirectory() as work:
        with h5py.File(f"{work}/a.h5", "w") as file:
            file["scores"] = np.random.default_rng(9).normal(size=(2, 1, 2, 2, 100001)).astype("f4")
            file.attrs.update({"layers": [100], "heads": [7, 1000]})
        ran = subprocess.run([os.path.abspath(gapscale), "diagnose", "a.h5", "--trained", "1048576"], cwd=work, check=True, capture_output=True,
                             text=True)
    lines = ran.stdout.split("\n")
    head = next(i for i, line in enumerate(lines) if "Lambda_n (95%)" in line)
    at = lines[head].index("Lambda_n (95%)")
    bad = [line for line in lines[head + 1:head + 5] if not (line[at - 1] == " " and line[at].isdigit() and line[at - 7:at - 1] == "100001")]
    bad += [] if "trained at n = 1048576" in ran.stdout else [lines[0]]
    check("columns are wide enough", 0, bad)


def try_show():
    """Of a head that has no rows at the last length, or ties there, betas are told without a unit."""
    random = np.random.default_rng(11)
    with tempfile.TemporaryDirectory() as work:
        with h5py.File(f"{work}/a.h5", "w") as file:
            file["n032/scores"] = random.normal(size=(2, 4, 32))
            file["n064/scores"] = np.append(random.normal(size=(1, 4, 64)), np.zeros((1, 4, 64)), 0)
            file["n128/scores"] = random.normal(size=(1, 4, 128))
        for options in (["--lengths", "32,64"], []):
            subprocess.run([gapscale, "diagnose", f"{work}/a.h5", "-o", f"{work}/d.h5", *options], check=True, capture_output=True)
            shown = subprocess.run([gapscale, "show", f"{work}/d.h5"], check=True, capture_output=True, text=True).stdout
            why = "no row counts" if not options else "half of the rows or more tie and Lambda_n is infinite"
            good = f"beta = 0.0625 .. 16 at the last, where {why}" in shown and "nan" not in shown
            check("show without a unit: " + why, 0, [] if good else [shown])


try_page()
try_show()
try_columns()
try_padding()
try_texts()
try_traps()
try_sinks()
try_single()
try_vectors()
try_nowhere()
try_left_padding()
compare("stories260K", 32)
compare("ppocrv4_rec", 40)
compare("ppocrv4_rec.float16", 40)
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed > 0)
