#!/usr/bin/env python3
"""report.py PAGE...: whether a page is one that a browser reads as it is meant: elements that nest and close, ids that are
unique, links and labels that resolve, figures with a name and a description, heads of tables with a scope, headings in order,
and nothing that is loaded from elsewhere. One complaint a line; status 1 where there is any."""
import re, sys
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "input", "link", "circle", "rect", "path", "use", "polygon", "image"}
LOADS = {"src", "srcset", "href", "xlink:href", "data", "action", "poster", "background", "manifest", "formaction", "ping"}
STRANGE = {"iframe", "object", "embed", "base", "img", "audio", "video", "form", "foreignobject"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.ids, self.refers, self.levels, self.count = [], [], set(), [], [], {}
        self.figures = []  # [has title, has desc]

    def fault(self, words):
        self.faults.append(f"line {self.getpos()[0]}: {words}")

    def handle_starttag(self, tag, attributes):
        self.element(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.element(tag, attributes)

    def element(self, tag, attributes):
        names = [name for name, _ in attributes]
        a = dict(attributes)
        self.count[tag] = self.count.get(tag, 0) + 1
        if len(names) != len(set(names)):
            self.fault(f"<{tag}> has an attribute twice")
        if tag in STRANGE or any(name.startswith("on") for name in names):
            self.fault(f"<{tag} {names}> does not belong here")
        if "id" in a:
            if a["id"] in self.ids or re.search(r"\s", a["id"]) or not a["id"]:
                self.fault(f"id {a['id']!r} is there twice, or is none")
            self.ids.add(a["id"])
        for name in LOADS & set(names):
            if a[name].startswith("#"):
                self.refers.append((a[name][1:], self.getpos()[0]))
            elif tag == "link" and a == {"rel": "icon", "href": "data:,"}:
                pass  # else browsers ask for /favicon.ico
            elif not (tag == "image" and a[name].startswith("data:image/png;base64,")):
                self.fault(f"<{tag} {name}={a[name][:60]!r}> leads out of the page")
        for name in names:
            for target in re.findall(r"url\(\s*['\"]?([^)'\"]*)", a[name] or ""):
                self.refers.append((target[1:] if target.startswith("#") else "no:" + target, self.getpos()[0]))
        for name in ("aria-labelledby", "aria-describedby"):
            self.refers += [(target, self.getpos()[0]) for target in a.get(name, "").split()]
        if tag == "svg":
            self.figures.append([False, False])
            if a.get("role") != "img" or "aria-labelledby" not in a or "viewbox" not in a:
                self.fault("a figure without role, label or size")
        elif tag in ("title", "desc") and "svg" in self.open:
            self.figures[-1][tag == "desc"] = True
        elif tag == "th" and a.get("scope") not in ("col", "row"):
            self.fault("<th> without scope")
        elif re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.fault(f"</{tag}> where {self.open[-3:]} are open")
            if tag not in self.open:
                return
            while self.open[-1] != tag:
                self.open.pop()
        self.open.pop()

    def handle_data(self, data):
        # <style> and <script>, which no parser looks into
        if self.open and self.open[-1] in ("style", "script") and re.search(r"@import|url\(|https?:|fetch|XMLHttp|import\(", data):
            self.fault(f"<{self.open[-1]}> loads something")
        if re.search("[\x00-\x08\x0b-\x1f\x7f]", data):
            self.fault("a control character")

    def end(self):
        self.close()
        if self.open:
            self.fault(f"{self.open} are left open")
        for target, line in self.refers:
            if target not in self.ids:
                self.faults.append(f"line {line}: nothing is called {target!r}")
        if self.levels[:1] != [1] or self.levels.count(1) != 1 or any(b > a + 1 for a, b in zip(self.levels, self.levels[1:])):
            self.fault(f"headings go {self.levels}")
        if not all(all(figure) for figure in self.figures):
            self.fault("a figure without title or description")
        for tag in ("html", "head", "title", "style", "body", "main", "nav", "script"):
            if self.count.get(tag, 0) != 1 + (tag == "title") * len(self.figures):
                self.fault(f"{self.count.get(tag, 0)} <{tag}>")
        if self.count.get("table", 0) != self.count.get("caption", 0):
            self.fault("a table without caption")
        return self.faults


bad = False
for path in sys.argv[1:]:
    page = Page()
    page.feed(open(path, encoding="utf-8", newline="").read())
    for fault in page.end():
        bad = True
        print(f"{path}: {fault}")
sys.exit(bad)
