import ast
import re
from functools import cache
from pathlib import Path

import pytest

from console.actions import ACTIONS
from console.cli import parser
from console.domain.language import VERBS, parse
from console.domain.sizes import PORTIONS
from console.domain.terms import TERM_WORDS
from console.domain.words import Problem
from console.folders import StateFolder
from tools import reference
from widgets.help_view import key_names

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MADE = reference.pages()
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
OUR_PATH = re.compile(r"(?:console|widgets|themes|tests|tools|docs)/[\w./*-]+")
OUR_NAME = re.compile(r"(console|widgets|themes)(\.[a-z_]\w*)+(\.[A-Z]\w*)?(\.\w+)?")
OUR_METHOD = re.compile(r"([A-Z]\w+)\.([a-z_]\w*)")
CONSOLE_LOG = "console.log"
"""A file of the state folder, and no module."""
SOURCES = [*(ROOT / "console").rglob("*.py"), *(ROOT / "widgets").glob("*.py")]


def named(page):
    return str(page.relative_to(ROOT))


def read(page):
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", MADE, ids=named)
def test_what_is_generated_is_what_the_code_says(page):
    assert read(page) == MADE[page], "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_relative_link_leads_somewhere(page):
    text = FENCE.sub("", read(page))
    targets = [link.partition("#")[0] for link in LINK.findall(text) if "://" not in link]

    missing = [target for target in targets if target and not (page.parent / target).exists()]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_anchor_is_a_heading(page):
    missing = []
    for link in LINK.findall(FENCE.sub("", read(page))):
        target, _, anchor = link.partition("#")
        if not anchor or "://" in link:
            continue
        aimed = page.parent / target if target else page
        if anchor not in {anchor_of(heading) for heading in headings(aimed)}:
            missing.append(link)

    assert missing == []


def headings(page):
    return re.findall(r"^#+ (.+)$", FENCE.sub("", read(page)), re.MULTILINE)


def anchor_of(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_file_that_is_named_exists(page):
    paths = [text for text in CODE.findall(FENCE.sub("", read(page))) if OUR_PATH.fullmatch(text)]

    assert [path for path in paths if not is_there(path)] == []


def is_there(path):
    return any(True for _ in ROOT.glob(path.rstrip("/")))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_module_that_is_named_exists(page):
    names = [match[0] for match in map(OUR_NAME.fullmatch, CODE.findall(read(page))) if match]

    assert [name for name in names if not is_module(name) and name != CONSOLE_LOG] == []


def is_module(name):
    """Return whether the dotted name is a module, or something that a module makes."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:end])
        if place.is_dir():
            return not parts[end:]
        if place.with_suffix(".py").is_file():
            rest = parts[end:]
            return not rest or rest[0] in made_in(parse_file(place.with_suffix(".py")).body)
    return False


@cache
def parse_file(path):
    return ast.parse(read(path))


def made_in(body):
    """Return the names that a module or a class gives to functions, classes and values."""
    found = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_method_that_is_named_exists(page):
    named_there = {
        match.groups() for match in map(OUR_METHOD.fullmatch, CODE.findall(read(page))) if match
    }

    assert sorted(f"{kind}.{name}" for kind, name in named_there if not has(kind, name)) == []


def has(kind, name):
    """Return whether a class of ours is called `kind`, and it or what it is made of has `name`."""
    return any(
        name in made_in(each.body)
        or any(
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and node.attr == name
            for node in ast.walk(each)
        )
        or any(isinstance(base, ast.Name) and has(base.id, name) for base in each.bases)
        for each in CLASSES.get(kind, ())
    )


CLASSES: dict[str, list[ast.ClassDef]] = {}
for source in SOURCES:
    for node in ast.walk(parse_file(source)):
        if isinstance(node, ast.ClassDef):
            CLASSES.setdefault(node.name, []).append(node)


def test_every_command_is_in_the_manual():
    manual = read(ROOT / "docs/using/command-line.md")

    assert [name for name in commands() if f"killcord {name}" not in manual] == []


def commands():
    return reference._commands(parser()).choices


def test_every_action_is_in_the_list_of_keys():
    listed = read(ROOT / "docs/reference/keys.md")

    missing = [action.id for action in ACTIONS if f"`{action.id}`" not in listed]

    assert missing == []


def test_every_limit_of_the_gate_is_in_its_table():
    sources = [ROOT / f"console/desk/{name}.py" for name in ("rules", "gate", "coverage")]
    used = {name for source in sources for name in re.findall(r"\blimits\.(\w+)", read(source))}
    listed = read(ROOT / "docs/reference/gate.md")

    assert sorted(name for name in used - {"Limits"} if f"`{name}`" not in listed) == []


def test_every_file_of_the_state_folder_is_in_the_manual():
    manual = read(ROOT / "docs/using/desk.md")
    folder = StateFolder(Path("demo"))
    names = [name for name, kind in vars(StateFolder).items() if isinstance(kind, property)]

    kept = {getattr(folder, name).name for name in names if name != "profile"}

    assert len(kept) > 15
    assert sorted(name for name in kept if f"`{name}`" not in manual) == []


RUNBOOK = ROOT / "docs/runbook"


def test_every_page_of_the_runbook_is_in_its_index():
    listed = read(RUNBOOK / "index.md")

    pages = [page.name for page in RUNBOOK.glob("*.md") if page.name != "index.md"]

    assert [name for name in pages if f"]({name})" not in listed] == []


def test_every_trigger_has_a_page():
    watcher = read(ROOT / "console/desk/triggers/watcher.py")
    listed = read(RUNBOOK / "index.md").lower()

    triggers = set(re.findall(r"Cause\(\s*\"([a-z ]+)\"", watcher))

    assert len(triggers) > 7
    assert [name for name in triggers if name not in listed.replace("clocks", "clock")] == []


def test_every_alert_of_the_index_is_one_that_the_desk_raises():
    raised = " ".join("".join(map(read, sorted((ROOT / "console/desk").rglob("*.py")))).split())
    rows = read(RUNBOOK / "index.md").split("\n| ")[3:]
    told = [said for row in rows for said in CODE.findall(row.split(" | ")[0])]

    pieces = [piece.strip(" :;") for said in told for piece in said.split("…")]

    assert len(pieces) > 12
    assert [piece for piece in pieces if piece and piece not in raised] == []


def test_every_key_of_trading_and_safety_is_in_the_manual():
    manual = read(ROOT / "docs/using/console.md")
    wanted = [action for action in ACTIONS if action.group in {"Safety", "Trading", "Alerts"}]

    firsts = {key_names(action.keys.split(",")[0]) for action in wanted}

    assert [key for key in firsts if f"`{key}`" not in manual and key != "^G"] == []
    assert "`ctrl+g`" in manual


def test_nothing_in_the_docs_names_a_machine():
    told = {
        named(page): re.findall(r"(?:^|[\s`(])/(?:work|root|home)/", read(page)) for page in PAGES
    }

    assert {page: found for page, found in told.items() if found} == {}


ORDER_LINE = read(ROOT / "docs/using/console.md")
CELLS = re.compile(r"^\| (`[^|]*`) \| (.*) \|$", re.MULTILINE)


def rows_under(head):
    table = ORDER_LINE.partition(f"| {head} |")[2].partition("\n\n")[0]
    return CELLS.findall(table)


EXAMPLES = [line for cell, _ in rows_under("line | means") for line in CODE.findall(cell)]
SENTENCES = [(CODE.findall(cell)[0], said) for cell, said in rows_under("line | sentence")]


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_of_the_order_language_is_in_the_language(line):
    assert not isinstance(parse(line), Problem)


@pytest.mark.parametrize(("line", "said"), SENTENCES)
def test_every_sentence_on_a_wrong_line_is_what_it_says(line, said):
    assert parse(line).text == said


def test_the_manual_has_an_example_of_every_verb_and_every_term():
    written = {word for line in EXAMPLES for word in line.lower().replace("/", " / ").split()}
    synonyms = {"lmt", "stp", "market", ">", "above", "below"}

    assert {*VERBS, *TERM_WORDS, *PORTIONS} - written - synonyms == set()
